import { describe, expect, it } from "vitest";
import { toggled } from "./favourites";

describe("toggled", () => {
  it("gives a star and takes it", () => {
    expect(toggled([], "orders")).toEqual(["orders"]);
    expect(toggled(["a", "orders"], "orders")).toEqual(["a"]);
  });
  it("keeps the newest fifty", () => {
    const many = Array.from({ length: 50 }, (_, n) => `t${n}`);
    const after = toggled(many, "new");
    expect(after).toHaveLength(50);
    expect(after[0]).toBe("t1");
    expect(after.at(-1)).toBe("new");
  });
});
