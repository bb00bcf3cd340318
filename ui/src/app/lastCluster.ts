import { useEffect } from "react";
import { remember, remembered } from "~/shared/storage";

const KEY = "cluster.last";

/** The cluster that was open last: what an address or a typed action means that names none. */
export function lastCluster(): string | null {
  return remembered<string | null>(KEY, null);
}

/** Remembers the open cluster. */
export function useLastCluster(open: string | undefined): void {
  useEffect(() => {
    if (open) remember(KEY, open);
  }, [open]);
}
