import type { Arrival, I64, OpenTransaction, PartitionRow } from "~/contract/types";

export type { OpenTransaction };
export type Row = PartitionRow;

export function isMoving(row: Row): boolean {
  return (row.adding?.length ?? 0) + (row.removing?.length ?? 0) > 0;
}

/** The replicas that a move begins with and those that it ends with. */
export function moveOf(row: Row): { from: number[]; to: number[] } {
  const without = (left: number[] | undefined) => row.replicas.filter((id) => !left?.includes(id));
  return { from: without(row.adding), to: without(row.removing) };
}

/** How much of the leader's bytes a replica that comes holds, and what it lacks; not known where brokers do not tell. */
export function progressOf(arrival: Arrival): { percent: number; behind: I64 } | null {
  if (arrival.size === null || arrival.leader_size === null) return null;
  const [size, whole] = [Number(arrival.size), Number(arrival.leader_size)];
  if (whole <= 0) return null;
  // What is not in sync is not whole, however little it lacks.
  const percent = Math.max(0, Math.min(99, Math.floor((100 * size) / whole)));
  return { percent, behind: String(Math.max(0, whole - size)) };
}

/** Of all replicas; not known where none of their brokers runs to tell. */
export function sizeOf(row: Row): I64 | null {
  return row.replicas.every((id) => row.offline.includes(id)) ? null : row.size;
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
