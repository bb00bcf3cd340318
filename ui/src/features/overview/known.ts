import type { ClusterDetail } from "~/contract/types";
import { noBrokerRuns } from "~/shared/state";

/** What a cluster of which nobody answers can say of itself: its figures were of before. */
export function known(cluster: ClusterDetail): ClusterDetail {
  if (cluster.state !== "HEALING" && !noBrokerRuns(cluster)) return cluster;
  const unknown = { under_replicated: null, offline: null, bytes: null, max_lag: null };
  return { ...cluster, brokers_online: 0, ...unknown };
}
