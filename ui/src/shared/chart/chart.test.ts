import { describe, expect, it } from "vitest";
import { byteRate } from "../format";
import { withGaps } from "./gaps";
import { niceTop, ticks, timeLabels, timeRange } from "./options";
import { isDrawn } from "./TimeChart";

const line = (values: number[]) => [{ label: "a", color: 1, values }];

describe("withGaps", () => {
  it("leaves steady points alone", () => {
    const times = [0, 5000, 10_000, 15_000];
    expect(withGaps(times, line([1, 2, 3, 4]))).toEqual({ times, series: line([1, 2, 3, 4]), gaps: [] });
  });
  it("knows that the first points of a connected cluster come closer than the others", () => {
    const times = [0, 10_000, 20_000, 80_000];
    expect(withGaps(times, line([1, 2, 3, 4]), true).gaps).toEqual([]);
    expect(withGaps([...times, 380_000], line([1, 2, 3, 4, 5]), true).gaps).toEqual([[80_000, 380_000]]);
  });
  it("puts nothing into a pause", () => {
    const drawn = withGaps([0, 5000, 10_000, 610_000, 615_000], line([1, 2, 3, 4, 5]));
    expect(drawn.times).toEqual([0, 5000, 10_000, 310_000, 610_000, 615_000]);
    expect(drawn.series[0]?.values).toEqual([1, 2, 3, null, 4, 5]);
    expect(drawn.gaps).toEqual([[10_000, 610_000]]);
  });
});

describe("isDrawn", () => {
  it("waits for a line, of a connected cluster not for minutes", () => {
    expect(isDrawn([1, 2], false)).toBe(false);
    expect(isDrawn([1, 2, 3], false)).toBe(true);
    expect(isDrawn([1], true)).toBe(false);
    expect(isDrawn([1, 2], true)).toBe(true);
  });
});

describe("niceTop", () => {
  it.each([
    [0, 1000, 1],
    [42, 1000, 60],
    [104, 1000, 200],
    [1500, 1000, 2000],
    [15 * 1024 * 1024, 1024, 20 * 1024 * 1024],
  ] as const)("%s of base %s is %s", (value, base, top) => expect(niceTop(value, base)).toBe(top));
});

describe("ticks", () => {
  it.each([
    [6, 1000, [0, 2, 4, 6]],
    [8, 1000, [0, 2, 4, 6, 8]],
    [10, 1000, [0, 2, 4, 6, 8, 10]],
    [2000, 1000, [0, 1000, 2000]],
  ] as const)("of an axis to %s are whole", (top, base, values) => expect(ticks(top, base)).toEqual(values));
  it("of bytes are whole in the unit of the top", () => {
    const labels = (top: number) => ticks(top, 1024).slice(1).map(byteRate);
    expect(labels(6 * 1024)).toEqual(["2 KiB/s", "4 KiB/s", "6 KiB/s"]);
    expect(labels(1024)).toEqual(["256 B/s", "512 B/s", "768 B/s", "1 KiB/s"]);
    expect(labels(20 * 1024 ** 2)).toEqual(["5 MiB/s", "10 MiB/s", "15 MiB/s", "20 MiB/s"]);
  });
});

describe("the time axis", () => {
  it("does not stretch two near points over the whole chart", () => {
    expect(timeRange(100, 105)).toEqual([-15, 105]);
    expect(timeRange(100, 400)).toEqual([100, 400]);
  });
  it("never repeats a label", () => {
    const labels = timeLabels([0, 15, 30, 45], 15, "utc");
    expect(labels).toEqual(["00:00:00", "00:00:15", "00:00:30", "00:00:45"]);
    expect(timeLabels([0, 60, 120], 60, "utc")).toEqual(["00:00", "00:01", "00:02"]);
  });
});
