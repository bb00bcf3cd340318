import { useEffect, useState, useSyncExternalStore } from "react";
import { useRemembered } from "~/shared/storage";

/** Below this the navigation starts closed: tables and messages need the room. */
const NAVIGATION_FROM_PX = 1100;

const hasRoom = () => window.innerWidth >= NAVIGATION_FROM_PX;

function subscribe(listener: () => void): () => void {
  window.addEventListener("resize", listener);
  return () => window.removeEventListener("resize", listener);
}

/**
 * Whether the navigation is open. What was chosen in a window with room for it is kept; in a small window it is closed
 * until asked for, which says nothing of the window once it is large again.
 */
export function useNavigationOpen(): [boolean, (open: boolean) => void] {
  const room = useSyncExternalStore(subscribe, hasRoom);
  const [chosen, setChosen] = useRemembered("nav.open", true);
  const [asked, setAsked] = useState(false);
  useEffect(() => {
    if (room) setAsked(false);
  }, [room]);
  // The layout closes it by itself where it becomes small, before we are told of the size: asked anew.
  const set = (open: boolean) => (hasRoom() ? setChosen(open) : setAsked(open));
  return [room ? chosen : asked, set];
}
