import { useEffect } from "react";
import { useLocation, useNavigationType } from "react-router";

/** Another page begins at its top; one that is gone back to stays where the browser puts it. */
export function useTopOfPage(): void {
  const { pathname } = useLocation();
  const type = useNavigationType();
  // biome-ignore lint/correctness/useExhaustiveDependencies: another page counts, not how it was come to.
  useEffect(() => {
    if (type !== "POP") window.scrollTo(0, 0);
  }, [pathname]);
}

/** Scrolled by no more than this, the page's head is what one would see but for the notice. */
const HEAD_PX = 140;

/** Whether a notice that has just come would lie over the page's title and actions. */
export function coversHead(scrolled: number): boolean {
  return scrolled > 0 && scrolled <= HEAD_PX;
}

/** A new notice moves the page down, all of it: on a page that is scrolled a little its head would stay under it. */
export function useHeadBelowNotice(newest: string | undefined): void {
  useEffect(() => {
    if (newest !== undefined && coversHead(window.scrollY)) window.scrollTo(0, 0);
  }, [newest]);
}
