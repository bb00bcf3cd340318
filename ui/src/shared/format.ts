import type { I64 } from "~/contract/types";

/** What a table shows where there is no value. */
export const NONE = "-";

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"] as const;

/** Three significant digits, whole numbers from 100 on: 1.24, 12.4, 124, 1,010. */
function threeDigits(value: number): string {
  if (value >= 1000) return count(Math.round(value));
  return value >= 100 || Number.isInteger(value) ? String(Math.round(value)) : value.toPrecision(3);
}

/** IEC, three digits, four between 1,000 and 1,023: "1.24 GiB", "1,010 KiB". */
export function bytes(value: I64 | number | null | undefined): string {
  if (value === null || value === undefined) return NONE;
  let amount = Number(value);
  let unit = 0;
  while (amount >= 1024 && unit < UNITS.length - 1) {
    amount /= 1024;
    unit += 1;
  }
  return `${threeDigits(amount)} ${UNITS[unit]}`;
}

/** Thousands grouped, exact for any 64-bit integer: "2,841,207". */
export function count(value: I64 | number | null | undefined): string {
  if (value === null || value === undefined) return NONE;
  const [, sign, digits] = /^(-?)(\d+)/.exec(String(value)) ?? [];
  if (digits === undefined) return String(value);
  return (sign ?? "") + digits.replace(/\B(?=(\d{3})+$)/g, ",");
}

/** All digits, ungrouped: an offset is a place to go to, typed and copied as it stands. */
export function offset(value: I64 | null | undefined): string {
  return value ?? NONE;
}

/** What is typed or pasted of a whole number, without what groups its digits: "2,240", "2 240", "2\u202f240". */
export function ungrouped(typed: string): string {
  const text = typed.trim();
  return /^[-+]?\d{1,3}([,\s]\d{3})+$/.test(text) ? text.replace(/[,\s]/g, "") : text;
}

/** "12.4k", "842", "3.2": for rates, where the order of magnitude is the message. */
export function short(value: number): string {
  if (value >= 1e9) return `${threeDigits(value / 1e9)}G`;
  if (value >= 1e6) return `${threeDigits(value / 1e6)}M`;
  if (value >= 1e4) return `${threeDigits(value / 1e3)}k`;
  if (value >= 100) return count(Math.round(value));
  return value === 0 ? "0" : value.toFixed(value >= 10 ? 0 : 1).replace(/\.0$/, "");
}

export function rate(perSecond: number | null | undefined, unit: string): string {
  return perSecond === null || perSecond === undefined ? NONE : `${short(perSecond)} ${unit}`;
}

export function byteRate(perSecond: number | null | undefined): string {
  return perSecond === null || perSecond === undefined ? NONE : `${bytes(perSecond)}/s`;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const SIZES = [DAY, HOUR, MINUTE, SECOND] as const;
/** After each number: days, hours, minutes, seconds, milliseconds. */
const TIME_UNITS = {
  en: [" d", " h", " min", " s", " ms"],
  ko: ["일", "시간", "분", "초", "ms"],
} as const;

let timeUnits: readonly string[] = TIME_UNITS.en;

/** The language of units of time: one for the whole window, so that no cell has to be told. */
export function setTimeUnits(language: keyof typeof TIME_UNITS): void {
  timeUnits = TIME_UNITS[language];
}

/** The two largest parts: "4 min 10 s", "7 d", "340 ms"; "4분 10초" in Korean. */
export function duration(ms: number): string {
  const of = (n: number | string, unit: number) => `${n}${timeUnits[unit] ?? ""}`;
  if (ms < SECOND) return of(Math.round(ms), 4);
  if (ms < 10 * SECOND && ms % SECOND !== 0) return of((ms / SECOND).toFixed(1), 3);
  const first = SIZES.findIndex((size) => ms >= size);
  const size = SIZES[first] ?? SECOND;
  const next = SIZES[first + 1];
  const rest = next ? Math.floor((ms % size) / next) : 0;
  const whole = of(Math.floor(ms / size), first);
  return rest > 0 ? `${whole} ${of(rest, first + 1)}` : whole;
}

/** Says a configuration value in words where its name tells the unit: "604800000" of "retention.ms" is "7 d". */
export function configEcho(name: string, value: string | null): string | null {
  if (value === null || !/^-?\d+$/.test(value)) return null;
  if (value === "-1" && /(retention|\.ms$|\.bytes$)/.test(name)) return null;
  // Long.MAX_VALUE is Kafka's way to say "never".
  if (value === "9223372036854775807") return "∞";
  const amount = Number(value);
  if (/\.ms$/.test(name) && amount >= 1000) return duration(amount);
  if (/(\.bytes|\.size)$/.test(name) && amount >= 1000) return bytes(amount);
  return null;
}

/** "7 d" of retention.ms as Kafka has it; "∞" for no limit. */
export function retention(value: string | null): string {
  if (value === null) return NONE;
  if (value === "-1") return "∞";
  return /^\d+$/.test(value) ? (configEcho("retention.ms", value) ?? duration(Number(value))) : value;
}

/** Keeps both ends of a name that is too long for its place. */
export function middle(text: string, length: number): string {
  if (text.length <= length) return text;
  const head = Math.ceil((length - 1) / 2);
  return `${text.slice(0, head)}…${text.slice(text.length - (length - 1 - head))}`;
}

const pad = (value: number, width = 2) => String(value).padStart(width, "0");

export type Zone = "local" | "utc";

/** "2026-11-23 10:15:02.123" in the chosen zone. */
export function instant(at: I64 | number, zone: Zone, millis = true): string {
  const date = new Date(Number(at));
  if (Number.isNaN(date.getTime())) return String(at);
  const shifted = zone === "utc" ? date : new Date(date.getTime() - date.getTimezoneOffset() * MINUTE);
  const text = shifted.toISOString();
  return `${text.slice(0, 10)} ${text.slice(11, millis ? 23 : 19)}`;
}

/** "UTC", "UTC+9", "UTC-3:30". */
export function zoneName(zone: Zone, at = new Date()): string {
  const offset = zone === "utc" ? 0 : -at.getTimezoneOffset();
  if (offset === 0) return "UTC";
  const hours = Math.floor(Math.abs(offset) / 60);
  const minutes = Math.abs(offset) % 60;
  return `UTC${offset > 0 ? "+" : "-"}${hours}${minutes ? `:${pad(minutes)}` : ""}`;
}

/** Compares 64-bit decimal strings without losing digits. */
export function compareI64(a: I64, b: I64): number {
  const difference = BigInt(a) - BigInt(b);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}
