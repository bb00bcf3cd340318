import type { ResetTo, TopicScope } from "~/contract/types";
import { ungrouped, type Zone } from "~/shared/format";
import { parseTime } from "~/shared/parseTime";

export type Where = ResetTo["kind"];

const ALL: Where[] = ["earliest", "latest", "time", "offset", "shift"];
/** As Kafka's own tool (KIP-932). */
const OF_SHARE: Where[] = ["earliest", "latest", "time"];

/** Where a group of this type can be reset to. */
export function placesOf(type: string): Where[] {
  return type === "share" ? OF_SHARE : ALL;
}

/** What the form holds; every field as typed. */
export interface ResetDraft {
  where: Where;
  time: string;
  offset: string;
  shift: string;
  topics: string[];
  partitions: string;
}

export const emptyDraft: ResetDraft = {
  where: "earliest",
  time: "",
  offset: "",
  shift: "",
  topics: [],
  partitions: "",
};

const I64_MAX = 2n ** 63n - 1n;

/** Whole numbers that the core can take. */
function whole(text: string, pattern: RegExp): string | null {
  const digits = ungrouped(text);
  if (!pattern.test(digits)) return null;
  const value = BigInt(digits);
  return value > I64_MAX || value < -I64_MAX ? null : value.toString();
}

/** Where to; null while its value is not a whole one. */
export function targetOf(draft: ResetDraft, zone: Zone): ResetTo | null {
  switch (draft.where) {
    case "earliest":
    case "latest":
      return { kind: draft.where };
    case "time": {
      const at = parseTime(draft.time, zone);
      return at === null ? null : { kind: "time", at: String(at) };
    }
    case "offset": {
      const offset = whole(draft.offset, /^\d{1,19}$/);
      return offset === null ? null : { kind: "offset", offset };
    }
    case "shift": {
      // BigInt takes a minus, not a plus.
      const by = whole(ungrouped(draft.shift).replace(/^\+/, ""), /^-?\d{1,19}$/);
      return by === null ? null : { kind: "shift", by };
    }
  }
}

/** "0,2" as numbers: none for all, null if it is something else. */
export function partitionsOf(text: string): number[] | null {
  if (text.trim() === "") return [];
  const parts = text.split(",").map((part) => part.trim());
  return parts.every((part) => /^\d{1,6}$/.test(part)) ? parts.map(Number) : null;
}

/** Which partitions; null while they are not written as they should. Partitions are of one topic only. */
export function scopeOf(draft: ResetDraft): TopicScope[] | null {
  const [one] = draft.topics;
  if (draft.topics.length !== 1 || one === undefined)
    return draft.topics.map((topic) => ({ topic, partitions: [] }));
  const partitions = partitionsOf(draft.partitions);
  return partitions === null ? null : [{ topic: one, partitions }];
}
