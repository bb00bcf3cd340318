import type { Text } from "~/contract/types";

/** Kafka's names, and our client's, for a partition that nobody serves just now. */
const NO_LEADER = ["LEADER_NOT_AVAILABLE", "LEADER_UNREACHABLE"];

/** Which partitions were not read for want of a leader, and whatever else was wrong. */
export function unreadOf(warnings: Text[]): { leaderless: number[]; others: Text[] } {
  const isLeaderless = ({ id, args }: Text) =>
    id === "warning.partition_unread" && NO_LEADER.includes(String(args.name));
  return {
    leaderless: warnings.filter(isLeaderless).map(({ args }) => Number(args.partition)),
    others: warnings.filter((each) => !isLeaderless(each)),
  };
}
