import { useCallback, useSyncExternalStore } from "react";
import { remember, remembered } from "./storage";

/** Stars of this machine's user: by cluster, names in the order they were given. */
const KEY = "favourites";
/** The core refreshes at most so many rows at once. */
const FAVOURITES_MAX = 50;

type Stars = Record<string, string[]>;
let stars: Stars | null = null;
const listeners = new Set<() => void>();

function read(): Stars {
  stars ??= remembered<Stars>(KEY, {});
  return stars;
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

const NONE: readonly string[] = [];

/** The names with a star in a cluster. */
export function useFavourites(cluster: string): readonly string[] {
  return useSyncExternalStore(subscribe, () => read()[cluster] ?? NONE);
}

/** The names after one was starred or lost its star; the newest stand last, the oldest leave when there are too many. */
export function toggled(names: readonly string[], name: string): string[] {
  if (names.includes(name)) return names.filter((each) => each !== name);
  return [...names, name].slice(-FAVOURITES_MAX);
}

/** Gives a star or takes it. */
export function useToggleFavourite(cluster: string): (name: string) => void {
  return useCallback(
    (name) => {
      const all = read();
      stars = { ...all, [cluster]: toggled(all[cluster] ?? [], name) };
      remember(KEY, stars);
      for (const listener of listeners) listener();
    },
    [cluster],
  );
}
