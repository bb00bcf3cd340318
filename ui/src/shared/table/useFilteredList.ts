import { useEffect, useMemo } from "react";
import type { ViewArgs } from "~/contract/types";
import { read, type Token, written } from "./tokens";
import { type Defaults, useListState } from "./useListState";

/** How a list of the core is filtered: what the field shows, and where it says so. */
export interface CoreFilter {
  /** Whose filters are kept under a name. */
  table: string;
  /** Conditions, as the address has them. */
  conditions: string;
  /** What is being typed: looked for in the names at once, a condition with Enter. */
  find: string;
  /** The kept filter that these conditions come from. */
  chosen: string;
  onConditions: (conditions: string, chosen?: string) => void;
  onFind: (find: string) => void;
  onClear: () => void;
}

/** What was being typed becomes a condition: with Enter, or when the page is shown again, its field empty. */
export function withName(conditions: string, find: string): string {
  const { tokens, operation } = read(conditions);
  const name: Token = { operator: ":", value: find };
  return written({ tokens: [...tokens, name], operation });
}

/** As `useListState`, for a list that the core filters by properties: `q` holds conditions, `find` what is typed. */
export function useFilteredList(id: string, defaults: Defaults) {
  const { patch, ...list } = useListState(id, defaults);
  const conditions = list.params.get("q") ?? "";
  const find = list.params.get("find") ?? "";
  // biome-ignore lint/correctness/useExhaustiveDependencies: only what an address brought along when the page came.
  useEffect(() => {
    if (find) patch({ q: withName(conditions, find), find: null });
  }, []);
  const asked = useMemo(() => read(conditions), [conditions]);
  const state: ViewArgs = {
    ...list.state,
    query: find,
    conditions: asked.tokens.map(({ property, operator, value }) => ({
      property: property ?? "",
      operator,
      value,
    })),
    any: asked.operation === "or",
  };
  const filter: CoreFilter = {
    table: id,
    conditions,
    find,
    chosen: list.params.get("set") ?? "",
    onConditions: (q, chosen) =>
      patch({ q, find: null, page: null, ...(chosen === undefined ? {} : { set: chosen }) }),
    onFind: (text) => patch({ find: text, page: null }),
    onClear: () => patch({ q: null, find: null, set: null, page: null }),
  };
  return { ...list, patch, state, filter };
}
