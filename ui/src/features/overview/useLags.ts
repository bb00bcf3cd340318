import type { ClusterDetail, GroupRow, Page } from "~/contract/types";
import { tag, useCall } from "~/shared/api";

const SHOWN = 5;
/** Of one page; a cluster with more groups keeps the count that it was read with. */
const PAGE = 100;

/** A cluster with the lags of this list in place of its own, which are up to a minute older. */
export function withLags(cluster: ClusterDetail, list: Page<GroupRow> | undefined): ClusterDetail {
  if (!list) return cluster;
  const behind = list.rows.filter(({ lag }) => lag !== null && lag !== "0");
  const known = list.rows.find(({ lag }) => lag !== null);
  return {
    ...cluster,
    groups: list.all,
    groups_behind: list.all <= PAGE ? behind.length : cluster.groups_behind,
    max_lag: known?.lag ?? cluster.max_lag,
    top_lag: behind.slice(0, SHOWN),
  };
}

/** When what is shown of a connected cluster was read: the oldest of it. */
export function readAt(cluster: ClusterDetail, list: Page<GroupRow> | undefined): number | undefined {
  const measured = cluster.throughput.at(-1)?.at;
  const times = [measured, list?.as_of].filter((at) => at !== undefined).map(Number);
  return times.length === 0 ? undefined : Math.min(...times);
}

/**
 * The lags of a connected cluster, asked for as its page of groups asks: the core reads them anew where they are old.
 * It is measured once a minute otherwise, and the overview would say less than the page it links to. A local cluster's
 * are seconds old.
 */
export function useLags(cluster: ClusterDetail): { cluster: ClusterDetail; at: number | undefined } {
  const { id, kind, state } = cluster;
  const remote = kind === "remote" && state !== "UNREACHABLE";
  const page = { query: "", conditions: [], any: false, page: 1, page_size: PAGE };
  const list = useCall(
    "groups.list",
    { cluster: id, ...page, sort: "lag", descending: true },
    { tags: [tag.groups(id)], enabled: remote, fresh: true },
  ).data;
  if (!remote) return { cluster, at: undefined };
  return { cluster: withLags(cluster, list), at: readAt(cluster, list) };
}
