import { expect, it } from "vitest";
import type { Operation } from "~/contract/types";
import { backOf, movedText } from "./PutBack";
import { translator } from "./text";

const moved = [{ what: "orders-0", before: "9", after: "0" }];
const reset = {
  id: "op 1",
  cluster: "local",
  kind: "group_reset",
  title: { id: "operation.group_reset", args: {} },
  target: "billing",
  state: "done",
  changes: moved,
} as unknown as Operation;

it("takes back a reset that moved something", () => {
  expect(backOf(reset)).toBe("/c/local/groups/billing?back=op%201");
  expect(backOf({ ...reset, state: "partly" })).not.toBeNull();
});
it("is told from other resets of its group by what it moved", () => {
  const t = translator("en");
  expect(movedText(t, reset)).toBe("orders-0: 9 → 0");
  const more = [
    { what: "orders-1", before: "7", after: "7" },
    { what: "orders-2", before: null, after: "5" },
  ];
  expect(movedText(t, { ...reset, changes: [...moved, ...more] })).toBe("orders-0: 9 → 0, and 1 more");
  expect(movedText(t, { ...reset, changes: more })).toBe("orders-2: - → 5");
});
it.each<[string, Partial<Operation>]>([
  ["one that moved nothing", { changes: [{ what: "orders-0", before: "9", after: "9" }] }],
  ["one without a change", { changes: [] }],
  ["one that failed", { state: "failed" }],
  ["what took another back", { title: { id: "operation.group_put_back", args: {} } }],
  ["another operation", { kind: "topic_create" }],
])("leaves %s", (_what, other) => expect(backOf({ ...reset, ...other })).toBeNull());
