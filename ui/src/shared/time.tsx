import { createContext, type ReactNode, useContext, useSyncExternalStore } from "react";
import type { I64 } from "~/contract/types";
import { instant, NONE, type Zone, zoneName } from "./format";
import { defineTexts, type Translate, useT } from "./text";

const texts = defineTexts({
  now: { en: "now", ko: "방금" },
  seconds: { en: "{n} s ago", ko: "{n}초 전" },
  minutes: { en: "{n} min ago", ko: "{n}분 전" },
  hours: { en: "{n} h ago", ko: "{n}시간 전" },
  days: { en: "{n} d ago", ko: "{n}일 전" },
  updated: { en: "Updated {ago}", ko: "{ago} 업데이트됨" },
});

const ZoneContext = createContext<Zone>("local");
export const ZoneProvider = (props: { zone: Zone; children: ReactNode }) => (
  <ZoneContext.Provider value={props.zone}>{props.children}</ZoneContext.Provider>
);
export const useZone = (): Zone => useContext(ZoneContext);
export const useZoneName = (): string => zoneName(useZone());

// One ticker for every relative time on screen; it rests while nothing shows one or the window is hidden.
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | null = null;
let now = Date.now();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    if (document.hidden) return;
    now = Date.now();
    for (const each of listeners) each();
  }, 1000);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0 || !timer) return;
    clearInterval(timer);
    timer = null;
  };
}

const resting = () => () => undefined;

/** The wall clock, to the second; `ticking` says whether anything on screen depends on it now. */
export function useNow(ticking = true): number {
  return useSyncExternalStore(ticking ? subscribe : resting, () => now);
}

export function ago(t: Translate, at: number, clock: number): string {
  const seconds = Math.max(0, Math.round((clock - at) / 1000));
  if (seconds < 2) return t(texts.now);
  if (seconds < 60) return t(texts.seconds, { n: seconds });
  if (seconds < 3600) return t(texts.minutes, { n: Math.floor(seconds / 60) });
  if (seconds < 86400) return t(texts.hours, { n: Math.floor(seconds / 3600) });
  return t(texts.days, { n: Math.floor(seconds / 86400) });
}

/** "2 min ago"; the exact time on hover, and always for assistive technology. */
export function Ago(props: { at: I64 | number | null | undefined }) {
  const t = useT();
  const zone = useZone();
  const clock = useNow();
  if (props.at === null || props.at === undefined) return <>{NONE}</>;
  const exact = `${instant(props.at, zone, false)} ${zoneName(zone)}`;
  return (
    <time dateTime={new Date(Number(props.at)).toISOString()} title={exact}>
      {ago(t, Number(props.at), Math.max(clock, Number(props.at)))}
    </time>
  );
}

/** "Updated 2 s ago", amber once older than twice what is usual. */
export function Updated(props: { at: number; staleMs?: number }) {
  const t = useT();
  const clock = useNow();
  const stale = clock - props.at > (props.staleMs ?? 60_000);
  return (
    <span className={stale ? "weir-stale" : undefined}>
      {t(texts.updated, { ago: ago(t, props.at, Math.max(clock, props.at)) })}
    </span>
  );
}
