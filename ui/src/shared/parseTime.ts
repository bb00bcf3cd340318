import type { Zone } from "./format";

/** "2026-11-23 10:15:02" (seconds and time optional) in the chosen zone, as ms since the epoch. */
export function parseTime(text: string, zone: Zone): number | null {
  const match = /^\s*(\d{4}-\d{2}-\d{2})(?:[ T](\d{2}:\d{2})(:\d{2}(?:\.\d{1,3})?)?)?\s*$/.exec(text);
  if (!match) return null;
  const iso = `${match[1]}T${match[2] ?? "00:00"}${match[3] ?? ":00"}${zone === "utc" ? "Z" : ""}`;
  const at = new Date(iso).getTime();
  return Number.isNaN(at) ? null : at;
}
