import { startTransition, useCallback, useEffect, useMemo, useRef } from "react";
import { useLocation, useNavigate } from "react-router";

export type Changes = Record<string, string | null>;

/** What the address will be once the router has shown all changes; it shows them later than they are made. */
interface Ahead {
  path: string;
  /** Keys of the places that were shown when a change was made. */
  from: ReadonlySet<string>;
  /** Each query on the way. */
  made: ReadonlySet<string>;
  search: string;
}
let ahead: Ahead | null = null;

export interface Place {
  pathname: string;
  search: string;
  key: string;
}

function apply(search: string, changes: Changes): string {
  const params = new URLSearchParams(search);
  for (const [name, value] of Object.entries(changes))
    if (value === null || value === "") params.delete(name);
    else params.set(name, value);
  return params.toString();
}

/** "a=1 2" is written in more than one way: as URLSearchParams does. */
const canonical = (search: string) => new URLSearchParams(search).toString();

/** The query after a change: built on the changes that are still on their way, not on what is shown. */
export function changed(place: Place, changes: Changes): string {
  const shown = canonical(place.search);
  const goesOn =
    ahead !== null && ahead.path === place.pathname && (ahead.from.has(place.key) || ahead.made.has(shown));
  const before = goesOn && ahead ? ahead : { from: [], made: [], search: shown };
  const search = apply(before.search, changes);
  ahead = {
    path: place.pathname,
    from: new Set([...before.from, place.key]),
    made: new Set([...before.made, search]),
    search,
  };
  return search;
}

/** The router shows this now. */
export function settled(place: Place): void {
  if (ahead && (ahead.path !== place.pathname || ahead.search === canonical(place.search))) ahead = null;
}

/**
 * The query of the address as state of the page. Changes made within milliseconds of each other, the second before
 * the first is shown, both count.
 */
export function useAddress() {
  const place = useLocation();
  const navigate = useNavigate();
  // Who calls may have been drawn before the last change: what counts is what is shown when it calls.
  const latest = useRef(place);
  latest.current = place;
  useEffect(() => settled(place), [place]);
  const patch = useCallback(
    (changes: Changes) => {
      const { current } = latest;
      const search = changed(current, changes);
      startTransition(() => void navigate({ search, hash: current.hash }, { replace: true }));
    },
    [navigate],
  );
  const params = useMemo(() => new URLSearchParams(place.search), [place.search]);
  return { params, patch };
}
