import { useEffect, useMemo, useRef } from "react";
import type { Page, Refresh, Text, ViewArgs } from "~/contract/types";
import { useCall } from "../api";

interface View<Row> {
  /** The core's name of this frozen list. */
  view: string | undefined;
  rows: Row[] | undefined;
  total: number | undefined;
  updatedAt: number | undefined;
  error: unknown;
  warnings: Text[];
  fetching: boolean;
  /** Lists anew: order, counts, new rows. */
  refetch: () => void;
  live: { gone: ReadonlySet<string>; added: number; onUpdate: () => void };
}

export interface Answers<Row> {
  list: { data: Page<Row> | undefined; error: unknown; isFetching: boolean; refetch: () => unknown };
  refresh: { data: Refresh<Row> | undefined; error: unknown };
}

const NOTHING: ReadonlySet<string> = new Set();

/**
 * A page of a frozen order: cells are patched in place as the core reports changes; rows that appeared wait behind
 * "3 new, update", rows that vanished dim. Nothing jumps under the mouse.
 */
function useMerged<Row extends { id: string }>({ list, refresh }: Answers<Row>): View<Row> {
  const page = list.data;
  const patch = refresh.data;
  // Older than the page: an answer for what was there before.
  const current = patch && page && Number(patch.as_of) >= Number(page.as_of) ? patch : undefined;
  const refetch = () => void list.refetch();
  const pageRows = page?.rows;
  const patches = current?.rows;
  const rows = useMemo(() => {
    const patched = new Map(patches?.map((row) => [row.id, row]));
    return pageRows?.map((row) => patched.get(row.id) ?? row);
  }, [pageRows, patches]);
  const vanished = current?.gone;
  const gone = useMemo(() => (vanished && vanished.length > 0 ? new Set(vanished) : NOTHING), [vanished]);
  return {
    view: page?.view,
    rows,
    total: page?.total,
    updatedAt: current ? Number(current.as_of) : page ? Number(page.as_of) : undefined,
    error: page ? null : list.error,
    warnings: (current ?? page)?.warnings ?? [],
    fetching: list.isFetching,
    refetch,
    live: {
      gone,
      added: current?.added ?? 0,
      onUpdate: refetch,
    },
  };
}

/** So long after it was come to a list has no order yet that anybody reads: the core looks again within that time. */
const ARRIVING_MS = 6_000;

/**
 * Whether the list is asked anew by itself. The view lives in the core and lapses there when nobody asked for a while:
 * then refreshing fails. An empty list has no order to keep, so the first rows show at once; and who has just come
 * gets what is there now, not what was there at the last visit.
 */
export function asksAnew<Row>({ list, refresh }: Answers<Row>, sinceMs: number): boolean {
  if (refresh.error !== null && refresh.error !== undefined) return true;
  const added = refresh.data?.added ?? 0;
  const isEmpty = list.data?.rows.length === 0 && list.data.all === 0;
  return added > 0 && !list.isFetching && (isEmpty || sinceMs < ARRIVING_MS);
}

function useRelist<Row>({ list, refresh }: Answers<Row>): void {
  const came = useRef(Date.now());
  const again = asksAnew({ list, refresh }, Date.now() - came.current);
  const { refetch } = list;
  useEffect(() => {
    if (again) void refetch();
  }, [again, refetch]);
}

export function useTopicsView(
  cluster: string,
  state: ViewArgs,
  { internal, pinned }: { internal: boolean; pinned: readonly string[] },
  tags: string[],
) {
  const list = useCall(
    "topics.list",
    { cluster, internal, pinned: [...pinned], ...state },
    { tags: [], keep: true, fresh: true },
  );
  const ids = useMemo(() => list.data?.rows.map((row) => row.id) ?? [], [list.data]);
  const refresh = useCall(
    "topics.refresh",
    { cluster, view: list.data?.view ?? "", ids },
    { tags, enabled: list.data !== undefined && !list.isPlaceholderData },
  );
  useRelist({ list, refresh });
  return { ...useMerged({ list, refresh }), hidden: list.data?.internal_hidden ?? 0 };
}

export function useGroupsView(cluster: string, state: ViewArgs, tags: string[]) {
  const list = useCall("groups.list", { cluster, ...state }, { tags: [], keep: true, fresh: true });
  const ids = useMemo(() => list.data?.rows.map((row) => row.id) ?? [], [list.data]);
  const refresh = useCall(
    "groups.refresh",
    { cluster, view: list.data?.view ?? "", ids },
    { tags, enabled: list.data !== undefined && !list.isPlaceholderData },
  );
  useRelist({ list, refresh });
  return useMerged({ list, refresh });
}
