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
/** Fewer points tell no direction. */
const POINTS_MIN = 3;
/** Of a connected cluster a point comes once a minute: its newest count, as long as they are not older than this. */
const SPARSE_MS = 5 * 60_000;

/** The points of the last minute, or the newest few where they come more seldom. */
function recent(history: GroupDetail["lag_history"], now: number): GroupDetail["lag_history"] {
  const within = (ms: number) => history.filter((point) => now - Number(point.at) <= ms);
  const minute = within(WINDOW_MS);
  return minute.length < POINTS_MIN ? within(SPARSE_MS).slice(-POINTS_MIN) : minute;
}

/** How the lag moved lately: a line through its points, so that one jump does not decide. */
export function trendOf(history: GroupDetail["lag_history"]): Trend | null {
  const last = history.at(-1);
  if (!last) return null;
  const points = recent(history, Number(last.at)).map((point) => ({
    x: Number(point.at) / 1000,
    y: Number(point.lag),
  }));
  if (points.length < POINTS_MIN) return null;
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

/** Small and read: it moves up and down with what was written just now, which is no direction. */
export function keepsUp({ lag, members }: Pick<GroupDetail, "lag" | "members">): boolean {
  return lag !== null && !matters(lag, members);
}

/**
 * The trend as it is said. A lag that only breathes has none: "growing" beside "keeps up" would contradict it. It does
 * grow, however small it is, once it would matter within a minute at this rate.
 */
export function saidTrend(group: Pick<GroupDetail, "lag" | "members">, trend: Trend | null): Trend | null {
  return trend && keepsUp(group) && !outgrows(group, trend) ? { perSecond: 0, seconds: null } : trend;
}

function outgrows({ lag, members }: Pick<GroupDetail, "lag" | "members">, trend: Trend): boolean {
  const soon = Number(lag ?? 0) + (trend.perSecond * WINDOW_MS) / 1000;
  return trend.perSecond > 0 && matters(String(soon), members);
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
