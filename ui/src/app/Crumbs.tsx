import BreadcrumbGroup from "@cloudscape-design/components/breadcrumb-group";
import { useEffect } from "react";
import { generatePath, useMatches, useParams } from "react-router";
import { tag, useCall } from "~/shared/api";
import type { Page, Params } from "~/shared/feature";
import { type Translate, useT } from "~/shared/text";
import { pageAt } from "./features";
import { texts } from "./texts";

function titleOf(t: Translate, page: Page, params: Params, clusterName: string | undefined): string {
  if (typeof page.title !== "string") return t(page.title);
  const name = page.title.slice(1);
  return name === "cluster" ? (clusterName ?? params.cluster ?? "") : (params[name] ?? "");
}

/** The open cluster's name, from what is already on screen. */
export function useClusterName(id: string | undefined): string | undefined {
  return useCall(
    "clusters.get",
    { cluster: id ?? "" },
    { tags: [tag.cluster(id ?? "")], enabled: Boolean(id) },
  ).data?.name;
}

interface Crumb {
  text: string;
  href: string;
}

function useCrumbs(): Crumb[] {
  const t = useT();
  const page = useMatches().at(-1)?.handle as Page | undefined;
  const params = useParams();
  const clusterName = useClusterName(params.cluster);
  if (!page) return [{ text: t(texts.clusters), href: "/clusters" }];
  const chain = [...page.parents.map(pageAt), page].filter((each): each is Page => each !== undefined);
  return chain.map((each) => ({
    text: titleOf(t, each, params, clusterName),
    href: generatePath(each.path, params as Record<string, string>),
  }));
}

export function Crumbs() {
  const t = useT();
  const items = useCrumbs();
  return <BreadcrumbGroup items={items} ariaLabel={t(texts.breadcrumbs)} />;
}

/** "orders · orders-dev · Weir" in the window's title. */
export function useTitle(): void {
  const crumbs = useCrumbs();
  const title = [...crumbs.map((crumb) => crumb.text).reverse(), "Weir"].join(" · ");
  useEffect(() => {
    document.title = title;
  }, [title]);
}
