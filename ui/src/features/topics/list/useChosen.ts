import { useEffect, useRef, useState } from "react";
import type { TopicRow, ViewArgs } from "~/contract/types";
import { usePlatform } from "~/platform";

/** Rows asked for at once: the most that the core gives. */
const PAGE = 100;
/** The most topics that one action takes. */
export const CHOSEN_MAX = 10_000;

interface Asked {
  cluster: string;
  internal: boolean;
  pinned: readonly string[];
  state: ViewArgs;
}

/** All topics that match, page by page of one frozen list. */
async function* everything(
  platform: ReturnType<typeof usePlatform>,
  { cluster, internal, pinned, state }: Asked,
  signal: AbortSignal,
): AsyncGenerator<TopicRow[]> {
  const first = await platform.call(
    "topics.list",
    { cluster, internal, pinned: [...pinned], ...state, page: 1, page_size: PAGE },
    signal,
  );
  yield first.rows;
  const pages = Math.ceil(Math.min(first.total, CHOSEN_MAX) / PAGE);
  for (let page = 2; page <= pages && !signal.aborted; page += 1)
    yield (await platform.call("topics.page", { cluster, view: first.view, page }, signal)).rows;
}

/**
 * What is selected: rows of this page, or explicitly all that match. It ends on filter, sort and page change:
 * what is not seen is not acted upon.
 */
export function useChosen(asked: Asked, rows: TopicRow[] | undefined) {
  const platform = usePlatform();
  const [ids, setIds] = useState<string[]>([]);
  const [all, setAll] = useState<TopicRow[] | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [loading, setLoading] = useState(false);
  const running = useRef<AbortController | null>(null);
  const shown = JSON.stringify([asked.cluster, asked.internal, asked.state]);

  const stop = () => {
    running.current?.abort();
    running.current = null;
    setLoading(false);
    setAll(null);
    setError(null);
  };
  const select = (next: string[]) => {
    stop();
    setIds(next);
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: `shown` is what the selection depends on.
  useEffect(() => select([]), [shown]);
  useEffect(() => () => running.current?.abort(), []);

  const selectAll = async () => {
    stop();
    const control = new AbortController();
    running.current = control;
    setLoading(true);
    try {
      const found: TopicRow[] = [];
      for await (const some of everything(platform, asked, control.signal)) found.push(...some);
      if (!control.signal.aborted) setAll(found.slice(0, CHOSEN_MAX));
    } catch (thrown) {
      if (!control.signal.aborted) setError(thrown);
    } finally {
      if (running.current === control) setLoading(false);
    }
  };
  const chosen = all ?? (rows ?? []).filter((row) => ids.includes(row.id));
  return { ids, select, chosen, all: all !== null, selectAll, loading, error };
}
