import { describe, expect, it } from "vitest";
import { hanging, isMoving, type OpenTransaction, type Row, replicaState } from "./goesOn";

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
  it("calls a transaction hanging that no coordinator knows", () => {
    expect(hanging({ ...row, transactions: [open("orders"), open(null)] })).toEqual([open(null)]);
    expect(hanging(row)).toEqual([]);
  });
});
