import { useEffect, useState } from "react";

/** Longer than a person waits without wondering. */
export const SLOW_MS = 5000;

/** True once something has been waited for that long. */
export function useSlow(waiting: boolean, ms = SLOW_MS): boolean {
  const [slow, setSlow] = useState(false);
  useEffect(() => {
    if (!waiting) return setSlow(false);
    const timer = setTimeout(() => setSlow(true), ms);
    return () => clearTimeout(timer);
  }, [waiting, ms]);
  return slow && waiting;
}
