import { expect, it } from "vitest";
import type { ClusterDetail } from "~/contract/types";
import { known } from "./known";

const cluster = {
  kind: "local",
  state: "ACTIVE",
  brokers_online: 3,
  under_replicated: 1,
  offline: 0,
  bytes: "10",
  max_lag: "5",
  groups_behind: 1,
  top_lag: [{ name: "billing", lag: "5" }],
} as unknown as ClusterDetail;
const unknown = {
  under_replicated: null,
  offline: null,
  bytes: null,
  max_lag: null,
  groups_behind: null,
  top_lag: [],
};

it("knows nothing of a local cluster without a broker that runs, nor of one that starts again", () => {
  expect(known(cluster)).toEqual(cluster);
  expect(known({ ...cluster, brokers_online: 0 })).toMatchObject(unknown);
  expect(known({ ...cluster, state: "HEALING" })).toMatchObject({ ...unknown, brokers_online: 0 });
  expect(known({ ...cluster, kind: "remote", brokers_online: 0 }).offline).toBe(0);
});
