import Badge from "@cloudscape-design/components/badge";
import SideNavigation, { type SideNavigationProps } from "@cloudscape-design/components/side-navigation";
import { generatePath, useLocation, useParams } from "react-router";
import type { ClusterDetail } from "~/contract/types";
import { tag, useCall } from "~/shared/api";
import { apiErrorOf } from "~/shared/ErrorBox";
import type { NavEntry } from "~/shared/feature";
import { useT } from "~/shared/text";
import { navEntries } from "./features";
import { texts } from "./texts";

/** Another process may have renamed the cluster, which nobody tells us: title, band and path follow this answer. */
const RENAMED_WITHIN_MS = 15_000;

/** The entry whose address is the longest start of where we are. */
function activeHref(items: readonly { href: string }[], path: string): string {
  const fitting = items.filter(({ href }) => path === href || path.startsWith(`${href}/`));
  return fitting.sort((a, b) => b.href.length - a.href.length)[0]?.href ?? path;
}

export function SideNav() {
  const t = useT();
  const { cluster: asked } = useParams();
  const { pathname } = useLocation();
  const answer = useCall(
    "clusters.get",
    { cluster: asked ?? "" },
    { tags: [tag.cluster(asked ?? "")], enabled: Boolean(asked), refetchMs: RENAMED_WITHIN_MS },
  );
  const detail = answer.data;
  // Of a cluster that is not there nothing is offered.
  const cluster = !detail && apiErrorOf(answer.error)?.kind === "not_found" ? undefined : asked;

  const link = (entry: NavEntry, params: Record<string, string>) => ({
    type: "link" as const,
    text: t(entry.text),
    href: generatePath(entry.path, params),
    info: badgeOf(entry, detail),
  });
  const scope = (name: NavEntry["scope"]) => navEntries.filter((entry) => entry.scope === name);
  const end = scope("end").map((entry) => link(entry, {}));
  const top = cluster
    ? scope("cluster").map((entry) => link(entry, { cluster }))
    : scope("global").map((entry) => link(entry, {}));
  const back = cluster ? [{ type: "link" as const, text: t(texts.allClusters), href: "/clusters" }] : [];
  const items: SideNavigationProps.Item[] = [...top, { type: "divider" }, ...back, ...end];

  return (
    <SideNavigation
      header={
        cluster
          ? { text: detail?.name ?? "…", href: `/c/${encodeURIComponent(cluster)}` }
          : { text: "Weir", href: "/clusters" }
      }
      activeHref={activeHref([...top, ...end], pathname)}
      items={items}
    />
  );
}

function badgeOf(entry: NavEntry, detail: ClusterDetail | undefined) {
  const badge = detail && entry.badge?.(detail);
  return badge ? <Badge color={badge.color}>{badge.text}</Badge> : undefined;
}
