import { describe, expect, it } from "vitest";
import { newerThan, spanOf, withoutMessage } from "./counted";

const ranges = [
  { partition: 0, start: "3", end: "20" },
  { partition: 1, start: "0", end: "12" },
];

describe("what a list of messages does not show", () => {
  it("counts offsets as the topic does", () => {
    expect(spanOf(ranges)).toBe(29n);
    expect(spanOf([{ partition: 0, start: "9007199254740992", end: "9007199254740995" }])).toBe(3n);
  });
  it("says what came since, and nothing where the topic has shrunk or is not known", () => {
    expect(newerThan(ranges, "37")).toBe(8n);
    expect(newerThan(ranges, "29")).toBe(0n);
    expect(newerThan(ranges, "12")).toBe(0n);
    expect(newerThan(ranges, null)).toBe(0n);
    expect(newerThan(undefined, "37")).toBe(0n);
  });
  it("says how many offsets are empty", () => {
    expect(withoutMessage(ranges, 21)).toBe(8n);
    expect(withoutMessage(ranges, 30)).toBe(0n);
    expect(withoutMessage(undefined, 1)).toBe(0n);
  });
});
