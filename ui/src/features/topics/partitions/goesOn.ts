import type { I64, PartitionRow } from "~/contract/types";

/** A transaction that is neither committed nor aborted in a partition. */
export interface OpenTransaction {
  producer_id: I64;
  producer_epoch: number;
  start: I64;
  last_timestamp: I64 | null;
  transactional_id: string | null;
  state: string | null;
}

/** What goes on in a partition besides being written; absent where the cluster does not tell. */
interface GoesOn {
  stable?: I64 | null;
  adding?: number[];
  removing?: number[];
  transactions?: OpenTransaction[];
}
export type Row = PartitionRow & GoesOn;

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
