import type { Quorum, QuorumReplica } from "~/contract/types";

export interface QuorumRow extends QuorumReplica {
  role: "leader" | "follower" | "observer";
  /** Records of the metadata log that it has not yet; null while it tells no offset. */
  behind: bigint | null;
}

/** The offset of a replica that has told none. */
const UNKNOWN = -1n;

/** Voters first, the leader before all, each with how far it is behind the leader. */
export function quorumRows(quorum: Quorum): QuorumRow[] {
  const leader = quorum.voters.find((voter) => voter.replica_id === quorum.leader_id);
  const end = BigInt(leader?.log_end_offset ?? quorum.high_watermark);
  const row = (replica: QuorumReplica, role: QuorumRow["role"]): QuorumRow => {
    const at = BigInt(replica.log_end_offset);
    const behind = at === UNKNOWN ? null : end > at ? end - at : 0n;
    return { ...replica, role, behind };
  };
  const voters = quorum.voters.map((voter) => row(voter, voter === leader ? "leader" : "follower"));
  const observers = quorum.observers.map((observer) => row(observer, "observer"));
  const first = (each: QuorumRow) => (each.role === "leader" ? 0 : 1);
  return [...voters.sort((a, b) => first(a) - first(b) || a.replica_id - b.replica_id), ...observers];
}
