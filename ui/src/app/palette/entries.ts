import type { ClusterDetail, PaletteRow } from "~/contract/types";
import type { Action, Params } from "~/shared/feature";
import { paths } from "~/shared/paths";
import { remember, remembered } from "~/shared/storage";
import { type Message, type Translate, translator } from "~/shared/text";
import type { ClusterCommand } from "~/shared/useClusterCommand";
import { actions } from "../features";
import { texts } from "../texts";
import { rank } from "./rank";

export interface Entry {
  id: string;
  group: Message;
  text: string;
  detail: string | null;
  href: string;
  /** Done at once to this cluster, instead of opening the address. */
  run?: { command: ClusterCommand; cluster: string } | undefined;
  /** Why it cannot be opened now. */
  disabled: string | null;
}

const RECENT_MAX = 6;
/** More than there are: the list scrolls. */
const ACTIONS_MAX = 60;
const KIND: Record<PaletteRow["kind"], Message> = {
  cluster: texts.kindCluster,
  topic: texts.kindTopic,
  group: texts.kindGroup,
  broker: texts.kindBroker,
};
const english = translator("en");
const korean = translator("ko");

const NEEDS: Record<Action["needs"][number], Message> = {
  cluster: texts.needsCluster,
  topic: texts.needsTopic,
  group: texts.needsGroup,
};

/** What has to be open first. */
function missing(action: Action, params: Params): Message | null {
  const need = action.needs.find((each) => params[each] === undefined);
  return need ? NEEDS[need] : null;
}

/** Found by its words in either language: people type the one their keyboard is in. */
function wordsOf(action: Action): string {
  return [english(action.text), korean(action.text), action.keywords ?? ""].join(" ");
}

/** Untyped: what belongs to the open cluster, then the rest; last what is refused now. */
function placed(possible: Action[], cluster: ClusterDetail | undefined): Action[] {
  const place = (action: Action) =>
    cluster && action.permit?.(cluster) ? 2 : action.needs.length === 0 && cluster ? 1 : 0;
  return [...possible].sort((a, b) => place(a) - place(b));
}

export function actionEntries(
  t: Translate,
  query: string,
  params: Params,
  cluster: ClusterDetail | undefined,
  /** Say which cluster is meant: it is not the open one. */
  named: boolean,
): Entry[] {
  // Typed, everything answers, what is not possible here with its reason; untyped, only what is possible.
  const possible = actions.filter((action) => query !== "" || missing(action, params) === null);
  const ranked = (query === "" ? placed(possible, cluster) : rank(possible, query, wordsOf)).slice(
    0,
    ACTIONS_MAX,
  );
  const here = ranked.filter((action) => missing(action, params) === null);
  return [...here, ...ranked.filter((action) => !here.includes(action))].map((action) => {
    const need = missing(action, params);
    const reason = cluster ? (action.permit?.(cluster) ?? null) : null;
    return {
      id: `action:${action.id}`,
      group: texts.paletteActions,
      text: t(action.text),
      detail: named && action.needs.includes("cluster") ? (cluster?.name ?? null) : null,
      href: action.href(params),
      run: action.run && params.cluster ? { command: action.run, cluster: params.cluster } : undefined,
      disabled: need ? t(need) : reason ? t.core(reason) : null,
    };
  });
}

export function hrefOf(row: PaletteRow): string {
  if (row.kind === "cluster") return paths.cluster(row.cluster);
  if (row.kind === "topic") return paths.topic(row.cluster, row.name);
  if (row.kind === "group") return paths.group(row.cluster, row.name);
  return paths.brokers(row.cluster);
}

export function foundEntries(rows: PaletteRow[]): Entry[] {
  return rows.map((row) => ({
    id: `${row.kind}:${row.cluster}:${row.name}`,
    group: KIND[row.kind],
    text: row.name,
    detail: row.detail,
    href: hrefOf(row),
    disabled: null,
  }));
}

type Recent = Pick<Entry, "text" | "detail" | "href">;

export function recentEntries(): Entry[] {
  return remembered<Recent[]>("palette.recent", []).map((recent) => ({
    ...recent,
    id: `recent:${recent.href}`,
    group: texts.paletteRecent,
    disabled: null,
  }));
}

export function rememberEntry(entry: Entry): void {
  const { text, detail, href } = entry;
  const others = remembered<Recent[]>("palette.recent", []).filter((each) => each.href !== href);
  remember("palette.recent", [{ text, detail, href }, ...others].slice(0, RECENT_MAX));
}
