import type { OpenTransaction, PartitionRow } from "~/contract/types";

export type { OpenTransaction };
export type Row = PartitionRow;

export function isMoving(row: Row): boolean {
  return (row.adding?.length ?? 0) + (row.removing?.length ?? 0) > 0;
}

/** Transactions that nobody will end: no coordinator knows them, and readers of committed data wait behind them. */
export function hanging(row: Row): OpenTransaction[] {
  return (row.transactions ?? []).filter((open) => open.transactional_id === null);
}

export type ReplicaState = "ok" | "behind" | "offline" | "adding" | "removing";

/** How a replica of the partition stands; what moves is expected to be behind. */
export function replicaState(row: Row, id: number): ReplicaState {
  if (row.offline.includes(id)) return "offline";
  if (row.adding?.includes(id)) return "adding";
  if (row.removing?.includes(id)) return "removing";
  return row.isr.includes(id) ? "ok" : "behind";
}
