import type { Action, Feature, NavEntry, Page } from "~/shared/feature";

const found = import.meta.glob<{ default: Feature }>("../features/*/route.ts", { eager: true });

/** Every feature of the product; adding a folder with a route.ts is all it takes. */
export const features: Feature[] = Object.values(found).map((module) => module.default);
export const pages: Page[] = features.flatMap((feature) => feature.pages);
export const actions: Action[] = features.flatMap((feature) => feature.actions ?? []);
export const navEntries: NavEntry[] = features
  .flatMap((feature) => feature.nav ?? [])
  .sort((a, b) => a.order - b.order);

export function pageAt(path: string): Page | undefined {
  return pages.find((page) => page.path === path);
}
