import { describe, expect, it } from "vitest";
import { quorumRows } from "./quorum";

const replica = (replica_id: number, log_end_offset: string) => ({
  replica_id,
  log_end_offset,
  last_fetch_ms: null,
  last_caught_up_ms: null,
});

describe("quorumRows", () => {
  it("puts the leader first and tells how far the others are behind it", () => {
    const rows = quorumRows({
      leader_id: 2,
      leader_epoch: 7,
      high_watermark: "90",
      voters: [replica(1, "95"), replica(2, "100"), replica(3, "-1")],
      observers: [replica(4, "100")],
    });
    expect(rows.map(({ replica_id, role, behind }) => [replica_id, role, behind])).toEqual([
      [2, "leader", 0n],
      [1, "follower", 5n],
      [3, "follower", null],
      [4, "observer", 0n],
    ]);
  });
  it("measures from the high watermark while no voter leads", () => {
    const rows = quorumRows({
      leader_id: -1,
      leader_epoch: 7,
      high_watermark: "90",
      voters: [replica(1, "80")],
      observers: [],
    });
    expect(rows[0]).toMatchObject({ role: "follower", behind: 10n });
  });
});
