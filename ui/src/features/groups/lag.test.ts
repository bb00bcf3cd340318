import { describe, expect, it } from "vitest";
import type { LagRow } from "~/contract/types";
import { keepsUp, largestShare, matters, saidTrend, trendOf } from "./lag";

const history = (lags: number[], everyMs = 5000) =>
  lags.map((lag, index) => ({ at: String(1_000_000 + index * everyMs), lag: String(lag) }));

const row = (partition: number, lag: string | null): LagRow => ({
  topic: "orders",
  partition,
  committed: "0",
  end: "0",
  lag,
  member: null,
  client_id: null,
  reason: null,
});

describe("trendOf", () => {
  it("says how fast a lag grows", () => {
    expect(trendOf(history([0, 50, 100, 150]))?.perSecond).toBeCloseTo(10);
    expect(trendOf(history([0, 50, 100, 150]))?.seconds).toBeNull();
  });
  it("says when it will be caught up", () =>
    expect(trendOf(history([400, 300, 200, 100]))?.seconds).toBeCloseTo(5));
  it("calls noise steady", () => expect(trendOf(history([100, 101, 100, 101]))?.perSecond).toBe(0));
  it("knows nothing from two points", () => expect(trendOf(history([1, 2]))).toBeNull());
  it("looks only at the last minute", () => {
    const old = history([0, 9000], 5000).map((point) => ({
      ...point,
      at: String(Number(point.at) - 500_000),
    }));
    expect(trendOf([...old, ...history([100, 100, 100])])?.perSecond).toBe(0);
  });
});

describe("trendOf a connected cluster", () => {
  const minutely = (lags: number[]) => history(lags, 60_200);
  it("reads points that come once a minute", () => {
    expect(trendOf(minutely([0, 602, 1204]))?.perSecond).toBeCloseTo(10);
    expect(trendOf(minutely([9000, 602, 602, 602]))?.perSecond).toBe(0);
    expect(trendOf(minutely([602, 602]))).toBeNull();
  });
  it("not such that are long past", () => expect(trendOf(history([0, 50, 100], 200_000))).toBeNull());
});

describe("saidTrend", () => {
  const growing = (perSecond: number) => ({ perSecond, seconds: null });
  it("does not grow while the group keeps up", () => {
    const group = { lag: "30", members: 2 };
    expect(keepsUp(group)).toBe(true);
    expect(saidTrend(group, growing(0.3))?.perSecond).toBe(0);
    expect(saidTrend(group, { perSecond: -0.3, seconds: 100 })?.perSecond).toBe(0);
    expect(saidTrend(group, growing(5))?.perSecond).toBe(5);
    expect(saidTrend(group, null)).toBeNull();
  });
  it("is told of a backlog and of a group that nobody reads", () => {
    expect(saidTrend({ lag: "4000", members: 2 }, growing(0.3))?.perSecond).toBe(0.3);
    expect(saidTrend({ lag: "30", members: 0 }, growing(0.3))?.perSecond).toBe(0.3);
  });
});

describe("largestShare", () => {
  it("finds the partition that matters", () => {
    expect(largestShare([row(0, "30"), row(1, "70"), row(2, null)])).toMatchObject({
      row: { partition: 1 },
      percent: 70,
    });
  });
  it("is silent without lag", () => expect(largestShare([row(0, "0")])).toBeNull());
});

describe("matters", () => {
  it("leaves a few messages on their way alone, unless nobody reads", () => {
    expect(matters("1", 2)).toBe(false);
    expect(matters("100", 2)).toBe(true);
    expect(matters("1", 0)).toBe(true);
  });
});
