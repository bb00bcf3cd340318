import { describe, expect, it } from "vitest";
import { emptyDraft, partitionsOf, placesOf, scopeOf, targetOf } from "./draft";

describe("placesOf", () => {
  it("offers share groups what Kafka's tool can do", () => {
    expect(placesOf("share")).toEqual(["earliest", "latest", "time"]);
    expect(placesOf("classic")).toContain("shift");
  });
});

describe("targetOf", () => {
  const at = (draft: Partial<typeof emptyDraft>) => targetOf({ ...emptyDraft, ...draft }, "utc");
  it("takes each kind", () => {
    expect(at({ where: "latest" })).toEqual({ kind: "latest" });
    expect(at({ where: "time", time: "2026-11-23" })).toEqual({ kind: "time", at: "1795392000000" });
    expect(at({ where: "offset", offset: "9007199254740993" })).toEqual({
      kind: "offset",
      offset: "9007199254740993",
    });
    expect(at({ where: "shift", shift: " -5 " })).toEqual({ kind: "shift", by: "-5" });
    expect(at({ where: "shift", shift: "+7" })).toEqual({ kind: "shift", by: "7" });
    expect(at({ where: "offset", offset: "2,240" })).toEqual({ kind: "offset", offset: "2240" });
    expect(at({ where: "shift", shift: "-1 000" })).toEqual({ kind: "shift", by: "-1000" });
  });
  it("waits for a whole one", () => {
    expect(at({ where: "time", time: "soon" })).toBeNull();
    expect(at({ where: "offset", offset: "-1" })).toBeNull();
    expect(at({ where: "offset", offset: "9999999999999999999" })).toBeNull();
    expect(at({ where: "shift", shift: "-" })).toBeNull();
    expect(at({ where: "shift" })).toBeNull();
  });
});

describe("scopeOf", () => {
  it("takes partitions of one topic only", () => {
    expect(scopeOf(emptyDraft)).toEqual([]);
    expect(scopeOf({ ...emptyDraft, topics: ["a"], partitions: "0, 2" })).toEqual([
      { topic: "a", partitions: [0, 2] },
    ]);
    expect(scopeOf({ ...emptyDraft, topics: ["a"], partitions: "x" })).toBeNull();
    expect(scopeOf({ ...emptyDraft, topics: ["a", "b"], partitions: "x" })).toEqual([
      { topic: "a", partitions: [] },
      { topic: "b", partitions: [] },
    ]);
  });
  it("reads lists of numbers", () => {
    expect(partitionsOf(" ")).toEqual([]);
    expect(partitionsOf("1,")).toBeNull();
  });
});
