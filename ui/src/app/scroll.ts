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
