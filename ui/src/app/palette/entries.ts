import type { ClusterDetail, PaletteRow } from "~/contract/types";
import type { Action, Params } from "~/shared/feature";
import { paths } from "~/shared/paths";
import { remember, remembered } from "~/shared/storage";
import { type Message, type Translate, translator } from "~/shared/text";
import { actions } from "../features";
import { texts } from "../texts";
import { rank } from "./rank";

export interface Entry {
  id: string;
  group: Message;
  text: string;
  detail: string | null;
  href: string;
  /** Why it cannot be opened now. */
  disabled: string | null;
}

const RECENT_MAX = 6;
const ACTIONS_MAX = 8;
const KIND: Record<PaletteRow["kind"], Message> = {
  cluster: texts.kindCluster,
  topic: texts.kindTopic,
  group: texts.kindGroup,
  broker: texts.kindBroker,
};
const english = translator("en");
const korean = translator("ko");

function usable(action: Action, params: Params): boolean {
  return action.needs.every((need) => params[need] !== undefined);
}

/** Found by its words in either language: people type the one their keyboard is in. */
function wordsOf(action: Action): string {
  return [english(action.text), korean(action.text), action.keywords ?? ""].join(" ");
}

export function actionEntries(
  t: Translate,
  query: string,
  params: Params,
  cluster: ClusterDetail | undefined,
): Entry[] {
  const possible = actions.filter((action) => usable(action, params));
  return rank(possible, query, wordsOf)
    .slice(0, ACTIONS_MAX)
    .map((action) => {
      const reason = cluster ? (action.permit?.(cluster) ?? null) : null;
      return {
        id: `action:${action.id}`,
        group: texts.paletteActions,
        text: t(action.text),
        detail: null,
        href: action.href(params),
        disabled: reason ? t.core(reason) : null,
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
