import { startTransition, useCallback } from "react";
import { useSearchParams } from "react-router";
import { useRemembered } from "../storage";

export interface ListState {
  query: string;
  sort: string;
  descending: boolean;
  page: number;
  page_size: number;
}

interface Defaults {
  sort: string;
  descending?: boolean;
}

/** Query, sort and page live in the address, so that it can be shared and Back works; page size is remembered. */
export function useListState(id: string, defaults: Defaults) {
  const [params, setParams] = useSearchParams();
  const [size, setSize] = useRemembered(`table.${id}.size`, 25);
  const state: ListState = {
    query: params.get("q") ?? "",
    sort: params.get("sort") ?? defaults.sort,
    descending: params.has("sort") ? params.get("desc") === "1" : (defaults.descending ?? false),
    page: Math.max(1, Number(params.get("page")) || 1),
    page_size: size,
  };
  const patch = useCallback(
    (changes: Record<string, string | null>) =>
      startTransition(() =>
        setParams(
          (before) => {
            const next = new URLSearchParams(before);
            for (const [key, value] of Object.entries(changes))
              if (value === null || value === "") next.delete(key);
              else next.set(key, value);
            return next;
          },
          { replace: true },
        ),
      ),
    [setParams],
  );
  return {
    state,
    setQuery: useCallback((query: string) => patch({ q: query, page: null }), [patch]),
    setSort: useCallback(
      (sort: string, descending: boolean) => patch({ sort, desc: descending ? "1" : null, page: null }),
      [patch],
    ),
    setPage: useCallback((page: number) => patch({ page: page === 1 ? null : String(page) }), [patch]),
    setSize: useCallback(
      (next: number) => {
        setSize(next);
        patch({ page: null });
      },
      [setSize, patch],
    ),
    patch,
    params,
  };
}
