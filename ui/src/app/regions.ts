import { useEffect } from "react";
import { isComposing } from "~/shared/keys";

/** The regions of the window in reading order; those that are not shown are passed over. */
const REGIONS = [
  "#weir-top",
  "nav[class*=awsui_breadcrumb-group]",
  "nav[class*=awsui_navigation]",
  ".weir-page",
  "[class*=awsui_notifications]",
  "section[id^=split-panel]",
  "aside[class*=awsui_drawer]:not([class*=drawers-desktop])",
];
const FOCUSABLE =
  'a[href], button:not([disabled]), input:not([disabled]), textarea:not([disabled]), select:not([disabled]), [tabindex="0"]:not([role=slider])';

function shown(node: Element): node is HTMLElement {
  return node instanceof HTMLElement && node.getClientRects().length > 0;
}

function regions(): HTMLElement[] {
  const found = REGIONS.map((selector) => [...document.querySelectorAll(selector)].find(shown));
  return found.filter((node): node is HTMLElement => node !== undefined && targetIn(node) !== undefined);
}

/** Where focus goes in a region: to where it was, else to the first thing that takes it. */
const last = new WeakMap<HTMLElement, HTMLElement>();

function targetIn(region: HTMLElement): HTMLElement | undefined {
  const before = last.get(region);
  if (before?.isConnected && region.contains(before) && shown(before)) return before;
  return [...region.querySelectorAll<HTMLElement>(FOCUSABLE)].find(
    (node) => shown(node) && !node.closest("[aria-hidden=true], [inert]"),
  );
}

/** The region that is nearest around the focus: the page lies inside none of the others. */
function current(all: HTMLElement[]): number {
  const active = document.activeElement;
  return active ? all.findIndex((region) => region.contains(active)) : -1;
}

export function moveRegion(step: 1 | -1): boolean {
  // A dialog keeps the focus; its layer is the only region.
  if ([...document.querySelectorAll("[role=dialog][aria-modal=true]")].some(shown)) return false;
  const all = regions();
  const at = current(all);
  const here = all[at];
  if (here && document.activeElement instanceof HTMLElement) last.set(here, document.activeElement);
  const start = at < 0 ? (step > 0 ? -1 : 0) : at;
  const next = all[(start + step + all.length) % all.length];
  const target = next && targetIn(next);
  target?.focus();
  return target !== undefined;
}

/** F6 and Shift-F6 walk through the regions. */
export function useRegionKeys(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== "F6" || event.ctrlKey || event.metaKey || event.altKey || isComposing(event)) return;
      if (moveRegion(event.shiftKey ? -1 : 1)) event.preventDefault();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);
}
