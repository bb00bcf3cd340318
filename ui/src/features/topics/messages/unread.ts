import type { Text } from "~/contract/types";

/** Kafka's names, and our client's, for a partition that nobody serves just now. */
const NO_LEADER = /^LEADER_(NOT_AVAILABLE|UNREACHABLE)\b/;

/** Which partitions were not read for want of a leader, and whatever else was wrong. */
export function unreadOf(warnings: Text[]): { leaderless: number[]; others: Text[] } {
  const isLeaderless = ({ id, args }: Text) =>
    id === "warning.partition_unread" && NO_LEADER.test(String(args.reason));
  return {
    leaderless: warnings.filter(isLeaderless).map(({ args }) => Number(args.partition)),
    others: warnings.filter((each) => !isLeaderless(each)),
  };
}
