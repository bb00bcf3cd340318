import { useEffect, useState } from "react";

const SLOW_MS = 5000;

/** True once something has been waited for longer than a person does without wondering. */
export function useSlow(waiting: boolean): boolean {
  const [slow, setSlow] = useState(false);
  useEffect(() => {
    if (!waiting) return setSlow(false);
    const timer = setTimeout(() => setSlow(true), SLOW_MS);
    return () => clearTimeout(timer);
  }, [waiting]);
  return slow && waiting;
}
