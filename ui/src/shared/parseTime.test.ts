import { describe, expect, it } from "vitest";
import { parseTime } from "./parseTime";

describe("parseTime", () => {
  it("takes a date alone, seconds and milliseconds", () => {
    expect(parseTime("2026-11-23", "utc")).toBe(1_795_392_000_000);
    expect(parseTime("2026-11-23 10:15", "utc")).toBe(1_795_428_900_000);
    expect(parseTime("2026-11-23T10:15:02.123", "utc")).toBe(1_795_428_902_123);
    expect(parseTime("yesterday", "utc")).toBeNull();
  });
});
