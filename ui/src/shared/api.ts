import {
  keepPreviousData,
  type QueryClient,
  type UseQueryResult,
  useMutation,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import type { Args, CommandName, Output } from "~/contract/commands";
import { type CallError, type Platform, usePlatform } from "~/platform";

export interface CallOptions {
  /** Tags whose invalidation refetches this call; also what the events loop watches while it is shown. */
  tags: string[];
  enabled?: boolean;
  /** Keep showing the previous answer while arguments change (paging, filtering). */
  keep?: boolean;
  /** Ask again whenever a page mounts, even if an answer is at hand: it is shown meanwhile. */
  fresh?: boolean;
  refetchMs?: number;
}

/** One read command as a query. Answers live by tags, not by age: see app/events.ts. */
export function useCall<N extends CommandName>(
  name: N,
  args: Args<N>,
  options: CallOptions,
): UseQueryResult<Output<N>, CallError> {
  const platform = usePlatform();
  return useQuery<Output<N>, CallError>({
    queryKey: [name, args],
    queryFn: ({ signal }) => platform.call(name, args, signal),
    meta: { tags: options.tags },
    enabled: options.enabled ?? true,
    ...(options.keep ? { placeholderData: keepPreviousData as never } : {}),
    ...(options.fresh ? { staleTime: 0 } : {}),
    ...(options.refetchMs ? { refetchInterval: options.refetchMs } : {}),
  });
}

/** One write command as a mutation; `invalidates` are the tags it touches, refetched at once. */
export function useCommand<N extends CommandName>(name: N, invalidates: string[] = []) {
  const platform = usePlatform();
  const client = useQueryClient();
  return useMutation<Output<N>, CallError, Args<N>>({
    mutationFn: (args) => platform.call(name, args),
    onSuccess: () => invalidate(client, invalidates),
  });
}

function tagsOf(meta: Record<string, unknown> | undefined): string[] {
  return Array.isArray(meta?.tags) ? (meta.tags as string[]) : [];
}

/** "operations" is the tag of all clusters' operations together. */
function matches(tag: string, invalidated: string[]): boolean {
  return (
    invalidated.includes(tag) ||
    (tag === "operations" && invalidated.some((each) => each.startsWith("operations(")))
  );
}

export function invalidate(client: QueryClient, tags: string[]): Promise<void> {
  if (tags.length === 0) return Promise.resolve();
  const all = tags.includes("*");
  return client.invalidateQueries({
    predicate: (query) => all || tagsOf(query.meta).some((tag) => matches(tag, tags)),
  });
}

/** The tags of what is on screen now: the lease by which pollers of the core know who looks. */
export function watchedTags(client: QueryClient): string[] {
  const tags = new Set<string>();
  for (const query of client.getQueryCache().getAll())
    if (query.getObserversCount() > 0) for (const tag of tagsOf(query.meta)) tags.add(tag);
  return [...tags].sort();
}

export const tag = {
  clusters: "clusters",
  settings: "settings",
  cluster: (id: string) => `cluster(${id})`,
  topics: (id: string) => `topics(${id})`,
  topic: (id: string, name: string) => `topic(${id},${name})`,
  groups: (id: string) => `groups(${id})`,
  group: (id: string, name: string) => `group(${id},${name})`,
  brokers: (id: string) => `brokers(${id})`,
  filters: (table: string) => `filters(${table})`,
  operations: (id: string) => `operations(${id})`,
};

export type { Platform };
