import { describe, expect, it } from "vitest";
import {
  hanging,
  isMoving,
  moveOf,
  type OpenTransaction,
  progressOf,
  type Row,
  replicaState,
  sizeOf,
} from "./goesOn";

const row = {
  partition: 0,
  replicas: [1, 2, 3, 4],
  isr: [1],
  offline: [3],
  adding: [4],
  removing: [],
} as unknown as Row;
const open = (transactional_id: string | null): OpenTransaction => ({
  producer_id: "7",
  producer_epoch: 0,
  start: "12",
  last_timestamp: null,
  transactional_id,
  state: transactional_id && "Ongoing",
});

describe("what goes on in a partition", () => {
  it("tells replicas apart", () => {
    expect(row.replicas.map((id) => replicaState(row, id))).toEqual(["ok", "behind", "offline", "adding"]);
  });
  it("knows a move, and that an older cluster tells none", () => {
    expect(isMoving(row)).toBe(true);
    expect(isMoving({ ...row, adding: [] })).toBe(false);
    expect(isMoving({ replicas: [1] } as unknown as Row)).toBe(false);
  });
  it("tells where a move begins and ends, and how far what comes is", () => {
    const moving = { ...row, replicas: [4, 1, 2], adding: [4], removing: [2] };
    expect(moveOf(moving)).toEqual({ from: [1, 2], to: [4, 1] });
    const arrival = { broker: 4, in_sync: false, size: "250", leader_size: "1000" };
    expect(progressOf(arrival)).toEqual({ percent: 25, behind: "750" });
    expect(progressOf({ ...arrival, size: "1000" })).toEqual({ percent: 99, behind: "0" });
    expect(progressOf({ ...arrival, size: null })).toBeNull();
    expect(progressOf({ ...arrival, leader_size: "0" })).toBeNull();
  });
  it("knows no size of a partition whose brokers are all down", () => {
    const sized = { ...row, size: "12" };
    expect(sizeOf(sized)).toBe("12");
    expect(sizeOf({ ...sized, replicas: [3] })).toBeNull();
  });
  it("calls a transaction hanging that no coordinator knows", () => {
    expect(hanging({ ...row, transactions: [open("orders"), open(null)] })).toEqual([open(null)]);
    expect(hanging(row)).toEqual([]);
  });
});
