import type { GroupMember } from "~/contract/types";
import type { Translate } from "~/shared/text";
import { texts } from "./texts";

/** "0-3, 7": runs of partitions, as people write them. */
export function runs(partitions: number[]): string {
  const sorted = [...partitions].sort((a, b) => a - b);
  const parts: string[] = [];
  for (let at = 0; at < sorted.length; ) {
    let end = at;
    while (sorted[end + 1] === (sorted[end] ?? 0) + 1) end += 1;
    parts.push(end === at ? String(sorted[at]) : `${sorted[at]}-${sorted[end]}`);
    at = end + 1;
  }
  return parts.join(", ");
}

const ROLE = { active: texts.active, standby: texts.standby, warmup: texts.warmup };

/** What a member has to read, in a line. */
export function assigned(t: Translate, { assignment, tasks = [] }: GroupMember): string {
  const parts = assignment.map(({ topic, partitions }) => `${topic}: ${runs(partitions)}`);
  const roles = tasks.map(({ role, subtopology, partitions }) =>
    t(ROLE[role], { subtopology, partitions: runs(partitions) }),
  );
  return [...parts, ...roles].join("; ");
}
