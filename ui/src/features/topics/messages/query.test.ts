import { describe, expect, it } from "vitest";
import { readQuery, startOf, wholeOffset } from "./query";

describe("readQuery", () => {
  it("reads a shared address", () => {
    const query = readQuery(
      new URLSearchParams("from=offset&offset=9007199254740993&p=3&q=FAILED&m=3-9007199254740993"),
    );
    expect(query).toMatchObject({ from: "offset", partition: 3, contains: "FAILED", live: false });
    expect(query.open).toEqual({ partition: 3, offset: "9007199254740993" });
    expect(startOf(query, "utc", 0)).toEqual({ kind: "offset", offset: "9007199254740993" });
  });
  it("falls back to the newest for what it does not know", () =>
    expect(readQuery(new URLSearchParams("from=nowhere&p=x&m=1")).from).toBe("newest"));
});

describe("startOf", () => {
  it("waits for a whole time", () => {
    const query = { ...readQuery(new URLSearchParams("from=time")), time: "2026-11-2" };
    expect(startOf(query, "utc", 0)).toBeNull();
    expect(startOf({ ...query, time: "2026-11-23 10:15:02" }, "utc", 0)).toEqual({
      kind: "time",
      at: "1795428902000",
    });
  });
  it("counts minutes back", () =>
    expect(startOf(readQuery(new URLSearchParams("from=60")), "utc", 7_200_000)).toEqual({
      kind: "time",
      at: "3600000",
    }));
});

describe("wholeOffset", () => {
  it.each([
    ["2240", "2240"],
    ["2,240", "2240"],
    ["2\u202f240", "2240"],
    [" 9,007,199,254,740,993 ", "9007199254740993"],
    ["2,24", null],
    ["1.5", null],
    ["", null],
  ])("%s is %s", (typed, whole) => expect(wholeOffset(typed)).toBe(whole));
});
