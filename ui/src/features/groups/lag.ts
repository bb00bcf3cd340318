import type { GroupDetail, LagRow } from "~/contract/types";

export interface Trend {
  /** Messages a second; positive is growing. */
  perSecond: number;
  /** Seconds until caught up at this rate; null if never. */
  seconds: number | null;
}

/** Changes below this many messages a second are noise. */
const STEADY_PER_S = 0.2;
/** The window that "now" means. */
const WINDOW_MS = 60_000;

/** How the lag moved over the last minute: a line through its points, so that one jump does not decide. */
export function trendOf(history: GroupDetail["lag_history"]): Trend | null {
  const last = history.at(-1);
  if (!last) return null;
  const points = history
    .filter((point) => Number(last.at) - Number(point.at) <= WINDOW_MS)
    .map((point) => ({ x: Number(point.at) / 1000, y: Number(point.lag) }));
  if (points.length < 3) return null;
  const mean = (pick: (point: { x: number; y: number }) => number) =>
    points.reduce((sum, point) => sum + pick(point), 0) / points.length;
  const [mx, my] = [mean((point) => point.x), mean((point) => point.y)];
  const slope =
    points.reduce((sum, point) => sum + (point.x - mx) * (point.y - my), 0) /
    Math.max(
      1e-9,
      points.reduce((sum, point) => sum + (point.x - mx) ** 2, 0),
    );
  const perSecond = Math.abs(slope) < STEADY_PER_S ? 0 : slope;
  return { perSecond, seconds: perSecond < 0 ? Number(last.lag) / -perSecond : null };
}

/** So few messages are on their way, not behind. */
const MATTERS_FROM = 100;

/** Whether a lag is worth a word: a backlog, or one that nobody works off. */
export function matters(lag: string, members: number): boolean {
  return members === 0 || Number(lag) >= MATTERS_FROM;
}

export interface Largest {
  row: LagRow;
  percent: number;
}

/** The partition that holds most of the lag, and its share. */
export function largestShare(rows: LagRow[]): Largest | null {
  const known = rows.filter((row) => row.lag !== null);
  const total = known.reduce((sum, row) => sum + Number(row.lag), 0);
  if (total === 0) return null;
  const row = known.reduce((a, b) => (Number(b.lag) > Number(a.lag) ? b : a));
  return { row, percent: Math.round((100 * Number(row.lag)) / total) };
}
