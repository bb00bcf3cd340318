import type { Series } from "./options";

/** A pause this many times the usual distance between points was not measured: nothing is drawn over it. */
const GAP_FACTOR = 4;
const GAP_MIN_MS = 15_000;
/** Where points come once a minute; the first ones come closer. */
const SPARSE_GAP_MIN_MS = 150_000;

function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

interface WithGaps {
  times: number[];
  series: Series[];
  /** From the last point before to the first after each pause, in milliseconds. */
  gaps: [from: number, to: number][];
}

/** The same points with an empty one inside every gap, so that a line does not invent what it did not see. */
export function withGaps(times: number[], series: Series[], sparse = false): WithGaps {
  const steps = times.slice(1).map((at, index) => at - (times[index] ?? at));
  const limit = Math.max(sparse ? SPARSE_GAP_MIN_MS : GAP_MIN_MS, median(steps) * GAP_FACTOR);
  const gaps = steps.flatMap((step, index) => (step > limit ? [index + 1] : []));
  if (gaps.length === 0) return { times, series, gaps: [] };
  const spread = <T>(values: T[], between: (index: number) => T): T[] =>
    values.flatMap((value, index) => (gaps.includes(index) ? [between(index), value] : [value]));
  return {
    times: spread(times, (index) => Math.round(((times[index - 1] ?? 0) + (times[index] ?? 0)) / 2)),
    series: series.map((each) => ({ ...each, values: spread<number | null>(each.values, () => null) })),
    gaps: gaps.map((index) => [times[index - 1] ?? 0, times[index] ?? 0]),
  };
}
