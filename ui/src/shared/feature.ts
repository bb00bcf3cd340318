import type { ComponentType } from "react";
import type { ClusterDetail, ClusterRow, Permit } from "~/contract/types";
import type { Help } from "./help";
import type { Message } from "./text";
import type { ClusterCommand } from "./useClusterCommand";

/** A page of the UI, found by glob: src/features/<area>/route.ts exports one Feature. */
export interface Page {
  /** Path in the router's syntax, e.g. "/c/:cluster/topics". */
  path: string;
  /** Last breadcrumb and window title; a parameter's name (":topic") stands for its value. */
  title: Message | `:${string}`;
  /** Paths of the breadcrumbs before it, outermost first. */
  parents: string[];
  /** About what only a running cluster tells: while it is stopped the page says so instead. */
  running?: boolean;
  contentType: "table" | "form" | "default" | "cards" | "wizard";
  load: () => Promise<{ default: ComponentType }>;
  /** What its Info link opens; a page that says it all itself has none. */
  help?: Help;
}

export interface NavEntry {
  scope: "global" | "cluster" | "end";
  text: Message;
  path: string;
  order: number;
  /** Small figure beside the entry. */
  badge?: (cluster: ClusterDetail) => { text: string; color: "grey" | "red" } | null;
}

export type Params = Record<string, string | undefined>;

/** What the palette and the shortcuts offer: an address, or something done in place. */
export interface Action {
  id: string;
  text: Message;
  /** Extra words to find it by. */
  keywords?: string;
  /** Only on pages whose parameters include these. */
  needs: ("cluster" | "topic" | "group")[];
  href: (params: Params) => string;
  /** Done at once to the open cluster, instead of opening the address. */
  run?: ClusterCommand;
  /** Why not now; shown beside the disabled entry. */
  permit?: (cluster: ClusterDetail | ClusterRow) => Permit;
  /** Letters after `g`, or one combination. */
  keys?: string;
}

export interface Feature {
  area: string;
  pages: Page[];
  nav?: NavEntry[];
  actions?: Action[];
}

export function defineFeature(feature: Feature): Feature {
  return feature;
}
