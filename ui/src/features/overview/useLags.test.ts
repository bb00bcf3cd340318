import { expect, it } from "vitest";
import type { ClusterDetail, GroupRow, Page } from "~/contract/types";
import { readAt, withLags } from "./useLags";

const cluster = {
  groups: 2,
  groups_behind: 2,
  max_lag: "770",
  top_lag: [{ name: "old" }],
  throughput: [{ at: "1000" }, { at: "61000" }],
} as unknown as ClusterDetail;
const rows = [
  { name: "billing", lag: "12" },
  { name: "mail", lag: "0" },
  { name: "new", lag: null },
] as GroupRow[];
const list = { rows, all: 3, as_of: "90000" } as Page<GroupRow>;

it("a connected cluster's overview has the lags that its page of groups has", () => {
  expect(withLags(cluster, undefined)).toBe(cluster);
  expect(withLags(cluster, list)).toMatchObject({ groups: 3, groups_behind: 1, max_lag: "12" });
  expect(withLags(cluster, list).top_lag.map(({ name }) => name)).toEqual(["billing"]);
});

it("was updated when the oldest of what it shows was read", () => {
  expect(readAt(cluster, list)).toBe(61_000);
  expect(readAt({ ...cluster, throughput: [] }, list)).toBe(90_000);
  expect(readAt({ ...cluster, throughput: [] }, undefined)).toBeUndefined();
});
