import type { ClusterDetail } from "~/contract/types";
import { noBrokerRuns } from "~/shared/state";

/** Whether nobody answers for the cluster now. */
export function nobodyAnswers(cluster: ClusterDetail): boolean {
  return cluster.state === "HEALING" || noBrokerRuns(cluster);
}

/** What a cluster of which nobody answers can say of itself: its figures were of before. */
export function known(cluster: ClusterDetail): ClusterDetail {
  if (!nobodyAnswers(cluster)) return cluster;
  const unknown = { under_replicated: null, offline: null, bytes: null, max_lag: null };
  return { ...cluster, brokers_online: 0, groups_behind: null, top_lag: [], ...unknown };
}
