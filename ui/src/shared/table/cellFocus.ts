import { useSingleTabStopNavigation } from "@cloudscape-design/component-toolkit/internal";
import { type RefObject, useRef } from "react";

/**
 * Makes an element of ours part of the table's keyboard grid: one Tab stop for the whole table, arrows between its
 * cells. Cloudscape's own components do so by themselves; what it does not know of is a Tab stop of its own and deaf
 * to the arrows. Outside of tables it changes nothing.
 */
export function useCellFocus<T extends HTMLElement>() {
  const ref = useRef<T>(null);
  const { tabIndex } = useSingleTabStopNavigation(ref as RefObject<HTMLElement>);
  return { ref, tabIndex };
}
