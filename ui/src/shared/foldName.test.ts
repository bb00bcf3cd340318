import { describe, expect, it } from "vitest";
import { foldName } from "./foldName";

const measure = (text: string) => text.length * 10;

describe("foldName", () => {
  it("leaves what fits two lines, broken at its joints", () => {
    expect(foldName("orders", 100, measure)).toBeNull();
    expect(foldName("orders.incoming.v2", 110, measure)).toBeNull();
  });
  it("keeps beginning and end, each cut at a joint", () => {
    expect(foldName("payments.transactions.settlement.production.v2", 150, measure)).toEqual([
      "payments.",
      "…production.v2",
    ]);
  });
  it("cuts inside a word rather than leave most of a line empty", () => {
    expect(foldName("a.transactionsofsettlement.of.productionofall", 100, measure)).toEqual([
      "a.transact",
      "…tionofall",
    ]);
    const long = `t-${"x".repeat(90)}`;
    expect(foldName(long, 100, measure)).toEqual(["t-xxxxxxxx", "…xxxxxxxxx"]);
  });
  it("counts the lines of words longer than a line", () => {
    expect(foldName("x".repeat(20), 100, measure)).toBeNull();
    expect(foldName("x".repeat(21), 100, measure)).not.toBeNull();
  });
  it("folds nothing before there is room", () => {
    expect(foldName("x".repeat(99), 0, measure)).toBeNull();
  });
});
