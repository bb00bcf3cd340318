import type { BrowseFrom } from "~/contract/types";
import { ungrouped, type Zone } from "~/shared/format";
import { parseTime } from "~/shared/parseTime";

export type FromChoice = "newest" | "earliest" | "15" | "60" | "1440" | "offset" | "time";

/** What the address says the page shows; every part may be shared. */
export interface MessagesQuery {
  live: boolean;
  from: FromChoice;
  offset: string;
  time: string;
  partition: number | null;
  contains: string;
  /** The open message: "partition-offset". */
  open: { partition: number; offset: string } | null;
}

const CHOICES: FromChoice[] = ["newest", "earliest", "15", "60", "1440", "offset", "time"];

export function readQuery(params: URLSearchParams): MessagesQuery {
  const from = params.get("from") as FromChoice;
  const partition = params.get("p");
  const open = /^(\d+)-(\d+)$/.exec(params.get("m") ?? "");
  return {
    live: params.has("live"),
    from: CHOICES.includes(from) ? from : "newest",
    offset: params.get("offset") ?? "",
    time: params.get("time") ?? "",
    partition: partition !== null && /^\d+$/.test(partition) ? Number(partition) : null,
    contains: params.get("q") ?? "",
    open: open?.[1] && open[2] ? { partition: Number(open[1]), offset: open[2] } : null,
  };
}

/** The offset that was typed, grouped or not; null while it is none. */
export function wholeOffset(typed: string): string | null {
  const digits = ungrouped(typed);
  return /^\d{1,19}$/.test(digits) ? digits : null;
}

/** Where reading starts; null while the offset or time is not yet a whole one. */
export function startOf(query: MessagesQuery, zone: Zone, now: number): BrowseFrom | null {
  switch (query.from) {
    case "newest":
    case "earliest":
      return { kind: query.from };
    case "offset": {
      const offset = wholeOffset(query.offset);
      return offset === null ? null : { kind: "offset", offset };
    }
    case "time": {
      const at = parseTime(query.time, zone);
      return at === null ? null : { kind: "time", at: String(at) };
    }
    default:
      return { kind: "time", at: String(now - Number(query.from) * 60_000) };
  }
}
