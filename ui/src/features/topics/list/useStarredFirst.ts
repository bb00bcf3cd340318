import { useMemo } from "react";
import type { TopicRow } from "~/contract/types";
import { tag, useCall } from "~/shared/api";
import type { ListState } from "~/shared/table/useListState";

interface ListView {
  view: string | undefined;
  rows: TopicRow[] | undefined;
}

/** What the filter of the core would say of a name. */
function matches(name: string, query: string): boolean {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  return words.every((word) => name.toLowerCase().includes(word));
}

/** Starred topics before the first page's rows, whatever the sort, and on no page twice. */
export function useStarredFirst(
  cluster: string,
  { view, rows }: ListView,
  state: ListState,
  favourites: readonly string[],
): TopicRow[] | undefined {
  const { query, page } = state;
  const wanted = useMemo(() => favourites.filter((name) => matches(name, query)), [favourites, query]);
  const starred = useCall(
    "topics.refresh",
    { cluster, view: view ?? "", ids: [...wanted] },
    { tags: [tag.topics(cluster)], enabled: view !== undefined && wanted.length > 0, keep: true },
  ).data?.rows;
  return useMemo(() => {
    if (!rows || wanted.length === 0) return rows;
    const rest = rows.filter((row) => !wanted.includes(row.name));
    if (page > 1) return rest;
    const known = new Map([...(starred ?? []), ...rows].map((row) => [row.name, row]));
    const first = wanted.map((name) => known.get(name)).filter((row): row is TopicRow => row !== undefined);
    return [...first, ...rest];
  }, [rows, wanted, starred, page]);
}
