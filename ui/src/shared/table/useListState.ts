import { useCallback } from "react";
import { useAddress } from "../address";
import { useRemembered } from "../storage";

export interface ListState {
  query: string;
  sort: string;
  descending: boolean;
  page: number;
  page_size: number;
}

export interface Defaults {
  sort: string;
  descending?: boolean;
}

/** Query, sort and page live in the address, so that it can be shared and Back works; page size is remembered. */
export function useListState(id: string, defaults: Defaults) {
  const { params, patch } = useAddress();
  const [size, setSize] = useRemembered(`table.${id}.size`, 25);
  const state: ListState = {
    query: params.get("q") ?? "",
    sort: params.get("sort") ?? defaults.sort,
    descending: params.has("sort") ? params.get("desc") === "1" : (defaults.descending ?? false),
    page: Math.max(1, Number(params.get("page")) || 1),
    page_size: size,
  };
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
