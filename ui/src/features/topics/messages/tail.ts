import { useCallback, useEffect, useRef, useState } from "react";
import type { MessagePlace, MessageRow, Text } from "~/contract/types";
import { CallError, type Platform, usePlatform } from "~/platform";
import { compareI64 } from "~/shared/format";

/** What a live view keeps; older rows go. */
export const KEPT_MAX = 50_000;
/** Trimmed in steps: copying the array for every row would cost more than it saves. */
const TRIM_SLACK = 5_000;
const ROWS_MAX = 500;
const WAIT_MS = 500;
/** At most thirty pulls a second. */
const PULL_MS = 34;
/** Hidden or paused: the stream is only kept open, the core's ring drops and counts. */
const IDLE_MS = 5_000;

export interface TailState {
  /** Rows that may be drawn, newest first by `rowAt`. */
  shown: number;
  /** Arrived but held back. */
  waiting: number;
  rate: number;
  dropped: number;
  /** What ended it; the rows stay. */
  error: unknown;
  /** Why nothing more comes, where nothing went wrong. */
  end: Text | null;
  /** Why some partition cannot be read just now: the core tries again, and the others go on. */
  unread: CallError | null;
  rowAt: (index: number) => MessageRow | undefined;
  /** Draws what was held back. */
  release: () => void;
  /** Follows the topic again, after an error or an end. */
  retry: () => void;
}

/** Rows oldest first, so that arriving is appending; drawn from the end. */
export class Buffer {
  rows: MessageRow[] = [];
  shown = 0;
  rate = 0;
  dropped = 0;
  error: unknown = null;
  end: Text | null = null;
  unread: CallError | null = null;

  add(rows: MessageRow[], follow: boolean): void {
    // A fetch answers partition by partition; the list is by time.
    const byTime = [...rows].sort((a, b) => compareI64(a.timestamp, b.timestamp));
    for (const row of byTime) this.rows.push(row);
    const extra = this.rows.length - KEPT_MAX;
    if (extra > TRIM_SLACK) {
      this.rows = this.rows.slice(extra);
      this.shown = Math.max(0, this.shown - extra);
    }
    if (follow) this.shown = this.rows.length;
  }

  /** Rows that are here already and turned out to be aborted: new ones in their place, so that they are drawn anew. */
  markAborted(places: MessagePlace[]): void {
    if (places.length === 0) return;
    const aborted = new Set(places.map(({ partition, offset }) => `${partition}-${offset}`));
    this.rows = this.rows.map((row) => (aborted.has(row.id) ? { ...row, aborted: true } : row));
  }
}

interface TailArgs {
  cluster: string;
  topic: string;
  partition: number | null;
  contains: string;
}

/** A wait that can be cut short. */
export class Nap {
  private wake: () => void = () => undefined;

  take(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  cut(): void {
    this.wake();
  }
}

interface Pulling {
  platform: Platform;
  args: TailArgs;
  buffer: Buffer;
  /** Between two pulls; cut short when rows are wanted at once, or none any more. */
  nap: Nap;
  signal: AbortSignal;
  /** Nobody wants rows now. */
  quiet: () => boolean;
  follow: () => boolean;
  changed: () => void;
}

/** Pulls until nothing more comes or `signal` ends it; throws what went wrong. */
export async function pull(pulling: Pulling): Promise<void> {
  const { platform, args, buffer, nap, signal, quiet, follow, changed } = pulling;
  const { stream } = await platform.call("messages.tail.open", args);
  try {
    while (!signal.aborted) {
      const idle = quiet();
      const chunk = await platform.call("streams.next", {
        id: stream,
        max_rows: idle ? 0 : ROWS_MAX,
        wait_ms: idle ? 0 : WAIT_MS,
      });
      if (signal.aborted) break;
      buffer.dropped += chunk.dropped;
      buffer.rate = chunk.progress.per_s;
      if (chunk.rows.length > 0) buffer.add(chunk.rows, follow() && !quiet());
      buffer.markAborted(chunk.aborted);
      buffer.unread = chunk.error ? new CallError(chunk.error) : null;
      buffer.end = chunk.end;
      changed();
      if (chunk.end) return;
      // Asked again: whoever went on while the answer came does not wait.
      await nap.take(quiet() ? IDLE_MS : PULL_MS);
    }
  } finally {
    await platform.call("streams.close", { id: stream }).catch(() => undefined);
  }
}

/** Follows a topic's end. `follow` false (scrolled, hovered) holds new rows back; `paused` stops pulling. */
export function useTail(args: TailArgs, paused: boolean, follow: boolean): TailState {
  const platform = usePlatform();
  const [, draw] = useState(0);
  const [attempt, setAttempt] = useState(0);
  const buffer = useRef(new Buffer());
  const nap = useRef(new Nap());
  const flags = useRef({ paused, follow });
  flags.current = { paused, follow };
  const key = JSON.stringify(args);
  const read = useRef(key);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `key` is the content of `args`; an attempt begins anew.
  useEffect(() => {
    const ended = new AbortController();
    // Another try at the same keeps the rows that are there.
    const mine = read.current === key ? buffer.current : new Buffer();
    read.current = key;
    buffer.current = mine;
    mine.error = null;
    mine.end = null;
    mine.unread = null;
    let scheduled = 0;
    const changed = () => {
      cancelAnimationFrame(scheduled);
      scheduled = requestAnimationFrame(() => draw((n) => n + 1));
    };
    const onVisibility = () => {
      if (!document.hidden) nap.current.cut();
    };
    document.addEventListener("visibilitychange", onVisibility);
    pull({
      platform,
      args,
      buffer: mine,
      nap: nap.current,
      signal: ended.signal,
      quiet: () => flags.current.paused || document.hidden,
      follow: () => flags.current.follow,
      changed,
    }).catch((error) => {
      if (ended.signal.aborted) return;
      mine.error = error;
      changed();
    });
    return () => {
      ended.abort();
      nap.current.cut();
      document.removeEventListener("visibilitychange", onVisibility);
      cancelAnimationFrame(scheduled);
    };
  }, [platform, key, attempt]);

  useEffect(() => {
    if (!paused) nap.current.cut();
  }, [paused]);

  const rowAt = useCallback((index: number) => {
    const { rows, shown } = buffer.current;
    return rows[shown - 1 - index];
  }, []);
  const release = useCallback(() => {
    buffer.current.shown = buffer.current.rows.length;
    draw((n) => n + 1);
  }, []);
  const retry = useCallback(() => setAttempt((n) => n + 1), []);
  const { rows, shown, rate, dropped, error, end, unread } = buffer.current;
  return { shown, waiting: rows.length - shown, rate, dropped, error, end, unread, rowAt, release, retry };
}
