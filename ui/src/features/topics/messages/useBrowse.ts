import { useInfiniteQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import type { Browse, BrowseFrom, MessageRow } from "~/contract/types";
import { type CallError, usePlatform } from "~/platform";

const LIMIT = 100;

interface BrowseArgs {
  cluster: string;
  topic: string;
  partition: number | null;
  contains: string;
  from: BrowseFrom | null;
}

/** Pages of messages, joined; a search goes on where the last page ended. */
export function useBrowse({ cluster, topic, partition, contains, from }: BrowseArgs) {
  const platform = usePlatform();
  const query = useInfiniteQuery<Browse, CallError, { pages: Browse[] }, unknown[], string | null>({
    queryKey: ["messages.browse", cluster, topic, partition, contains, from],
    enabled: from !== null,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    initialPageParam: null,
    queryFn: ({ pageParam, signal }) =>
      platform.call(
        "messages.browse",
        {
          cluster,
          topic,
          partition,
          contains,
          from: from ?? { kind: "newest" },
          limit: LIMIT,
          before: pageParam,
        },
        signal,
      ),
    getNextPageParam: (last) => last.next,
  });
  const pages = query.data?.pages;
  const rows = useMemo<MessageRow[]>(() => pages?.flatMap((page) => page.rows) ?? [], [pages]);
  return {
    rows,
    first: pages?.at(0),
    last: pages?.at(-1),
    scanned: (pages ?? []).reduce((sum, page) => sum + BigInt(page.scanned), 0n).toString(),
    error: query.error,
    loading: query.isFetching,
    more: query.hasNextPage,
    fetchMore: query.fetchNextPage,
    refetch: query.refetch,
  };
}
