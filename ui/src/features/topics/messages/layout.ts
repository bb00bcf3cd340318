import { useSettings } from "~/shared/settings";

/** What is left of the window under the topic's header, tabs and controls. */
export const GRID_HEIGHT = "max(280px, calc(100vh - var(--weir-split, 0px) - 372px))";

export function useRowHeight(): number {
  return useSettings().density === "compact" ? 26 : 32;
}
