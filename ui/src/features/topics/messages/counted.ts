import type { Browse } from "~/contract/types";

type Ranges = Browse["ranges"];

/** How many offsets lie between start and end, over all partitions: what the topic's own count of messages is. */
export function spanOf(ranges: Ranges): bigint {
  return ranges.reduce((sum, { start, end }) => sum + BigInt(end) - BigInt(start), 0n);
}

/** What has come since a list of the whole topic was read, by the topic's count now; 0 when nothing or not known. */
export function newerThan(ranges: Ranges | undefined, messages: string | null): bigint {
  if (ranges === undefined || messages === null) return 0n;
  const newer = BigInt(messages) - spanOf(ranges);
  return newer > 0n ? newer : 0n;
}

/** Offsets that hold no message (compacted away, or never written), once all that do are shown. */
export function withoutMessage(ranges: Ranges | undefined, shown: number): bigint {
  const rest = ranges === undefined ? 0n : spanOf(ranges) - BigInt(shown);
  return rest > 0n ? rest : 0n;
}
