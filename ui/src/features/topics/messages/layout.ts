import { useEffect, useRef, useState } from "react";
import { useSettings } from "~/shared/settings";

/** What is left of the window under the topic's header, tabs and controls. */
export const GRID_HEIGHT = "max(200px, calc(100vh - var(--weir-split, 0px) - 372px))";

export function useRowHeight(): number {
  return useSettings().density === "compact" ? 26 : 32;
}

/** Narrower than this a list of messages leaves out what the open message says again. */
const NARROW_PX = 720;

/** Whether the list has little room: beside an open message in a small window. */
export function useNarrow() {
  const node = useRef<HTMLDivElement>(null);
  const [narrow, setNarrow] = useState(false);
  useEffect(() => {
    const element = node.current;
    if (!element || typeof ResizeObserver === "undefined") return;
    const observer = new ResizeObserver(() => setNarrow(element.clientWidth < NARROW_PX));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return { node, narrow };
}
