import { expect, it } from "vitest";
import type { Text } from "~/contract/types";
import { unreadOf } from "./unread";

const unread = (partition: number, name: string): Text => ({
  id: "warning.partition_unread",
  args: { partition, name, reason: `what happened (${name})` },
});

it("tells partitions without a leader from other troubles", () => {
  const denied = unread(1, "TOPIC_AUTHORIZATION_FAILED");
  const silent = unread(3, "LEADER_UNREACHABLE");
  expect(unreadOf([unread(0, "LEADER_NOT_AVAILABLE"), denied, silent])).toEqual({
    leaderless: [0, 3],
    others: [denied],
  });
  expect(unreadOf([])).toEqual({ leaderless: [], others: [] });
});
