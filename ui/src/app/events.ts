import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import type { Operation } from "~/contract/types";
import { CallError, CoreGone, type Platform, usePlatform } from "~/platform";
import { invalidate, watchedTags } from "~/shared/api";
import { useFlash } from "~/shared/flash";

const WAIT_MS = 20_000;
const RETRY_MS = 1500;
/** So often a hidden window asks for what is on it. */
const HIDDEN_MS = 60_000;
/** Misses in a row after which the core counts as gone; a restarting one is back before. */
const GONE_AFTER = 3;

/** Watched always: other windows change settings, the host asks before it closes. */
const ALWAYS = ["settings", "operations"];
export const CLOSE_REQUESTED = "window.close_requested";

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Resolves when what is on screen has changed, so that the core learns at once who looks at what. */
function watchingChanged(client: QueryClient, before: string, signal: AbortSignal): Promise<"changed"> {
  return new Promise((resolve) => {
    const stop = client.getQueryCache().subscribe(() => {
      if (signal.aborted) stop();
      else if (watchedTags(client).join() !== before) {
        stop();
        resolve("changed");
      }
    });
    signal.addEventListener("abort", stop);
  });
}

/**
 * What the core is asked to keep fresh, and what of it is read again: of a hidden window both only once a minute. Naming
 * a tag is a lease of the wait and some seconds more, so a question that does not wait lets the core's pollers read
 * once; they rest until the next. The questions between name nothing on screen, but go on: a hidden window is closed,
 * too, and its operations end.
 */
class Watch {
  /** When the core was told last what is on screen. */
  private told = Number.NEGATIVE_INFINITY;
  /** Came while hidden, and is not read again yet. */
  private readonly held = new Set<string>();

  constructor(private readonly client: QueryClient) {}

  next(): { shown: string[]; watching: string[]; wait_ms: number } {
    const shown = watchedTags(this.client);
    const rest = document.hidden ? this.told + HIDDEN_MS - Date.now() : 0;
    if (rest > 0) return { shown, watching: [], wait_ms: Math.min(rest, WAIT_MS) };
    this.told = Date.now();
    if (document.hidden) this.release();
    return { shown, watching: shown, wait_ms: document.hidden ? 0 : WAIT_MS };
  }

  news(tags: string[]): void {
    for (const tag of tags) this.held.add(tag);
    if (!document.hidden) this.release();
  }

  /** Somebody looks again: what the core did not read meanwhile it could not tell. */
  look(): void {
    this.news(watchedTags(this.client));
  }

  private release(): void {
    void invalidate(this.client, [...this.held]);
    this.held.clear();
  }
}

/** One long poll per window: refetches what the core invalidated, hands operations to the flashes. */
export async function follow(
  platform: Platform,
  client: QueryClient,
  onOperation: (operation: Operation) => void,
  onGone: (thrown: unknown) => void,
  signal: AbortSignal,
): Promise<void> {
  let after = "0";
  let failures = 0;
  let wake: () => void = () => undefined;
  const watch = new Watch(client);
  const onVisibility = () => {
    if (document.hidden) return;
    watch.look();
    wake();
  };
  document.addEventListener("visibilitychange", onVisibility, { signal });
  while (!signal.aborted) {
    const { shown, watching, wait_ms } = watch.next();
    const attempt = new AbortController();
    signal.addEventListener("abort", () => attempt.abort(), { signal: attempt.signal });
    try {
      const answer = platform.call(
        "events.next",
        { after, watching: [...watching, ...ALWAYS, CLOSE_REQUESTED], wait_ms },
        attempt.signal,
      );
      const looked = new Promise<"changed">((resolve) => {
        wake = () => resolve("changed");
      });
      const changed = watchingChanged(client, shown.join(), attempt.signal);
      const first = await Promise.race([answer, changed, looked]);
      if (first === "changed") {
        // Nothing is lost: `after` did not move. Settle before asking again, a page mounts several queries.
        answer.catch(() => undefined);
        await sleep(30);
        continue;
      }
      // Nothing that is on screen would be kept fresh any more.
      if (first.gone !== null) return onGone(new CoreGone(first.gone));
      const began = after === "0";
      after = first.seq;
      for (const operation of first.operations) onOperation(operation);
      if (first.invalidated.includes(CLOSE_REQUESTED))
        window.dispatchEvent(new Event("weir:close-requested"));
      // What changed before the first answer, or while the core was away, is not known: everything on screen is asked
      // again, or a page would keep what it read just before a change.
      watch.news(began ? ["*"] : first.invalidated);
      if (failures > 0) onGone(null);
      failures = 0;
    } catch (thrown) {
      if (signal.aborted) return;
      if (thrown instanceof CallError && thrown.error.kind === "session") return onGone(thrown);
      after = "0";
      failures += 1;
      if (failures === GONE_AFTER) onGone(thrown);
      await sleep(RETRY_MS);
    } finally {
      attempt.abort();
    }
  }
}

/** What the whole window must say instead of its page: the core is gone or the session is; null when all is well. */
export function useEvents(): unknown {
  const platform = usePlatform();
  const client = useQueryClient();
  const { onOperation } = useFlash();
  const [gone, setGone] = useState<unknown>(null);
  useEffect(() => {
    const ended = new AbortController();
    void follow(platform, client, onOperation, setGone, ended.signal);
    return () => ended.abort();
  }, [platform, client, onOperation]);
  return gone;
}
