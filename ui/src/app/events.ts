import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useState } from "react";
import type { Operation } from "~/contract/types";
import { CallError, type Platform, usePlatform } from "~/platform";
import { invalidate, watchedTags } from "~/shared/api";
import { useFlash } from "~/shared/flash";
import { useT } from "~/shared/text";

const WAIT_MS = 20_000;
const RETRY_MS = 1500;
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

/** One long poll per window: refetches what the core invalidated, hands operations to the flashes. */
async function follow(
  platform: Platform,
  client: QueryClient,
  onOperation: (operation: Operation) => void,
  onGone: (thrown: unknown) => void,
  signal: AbortSignal,
): Promise<void> {
  let after = "0";
  let failures = 0;
  while (!signal.aborted) {
    // While the window is hidden nobody looks: the core's pollers fall back to once a minute.
    const shown = document.hidden ? [] : watchedTags(client);
    const attempt = new AbortController();
    signal.addEventListener("abort", () => attempt.abort(), { once: true });
    try {
      const answer = platform.call(
        "events.next",
        { after, watching: [...shown, ...ALWAYS, CLOSE_REQUESTED], wait_ms: WAIT_MS },
        attempt.signal,
      );
      const first = await Promise.race([answer, watchingChanged(client, shown.join(), attempt.signal)]);
      if (first === "changed") {
        // Nothing is lost: `after` did not move. Settle before asking again, a page mounts several queries.
        answer.catch(() => undefined);
        await sleep(30);
        continue;
      }
      const began = after === "0";
      after = first.seq;
      for (const operation of first.operations) onOperation(operation);
      if (first.invalidated.includes(CLOSE_REQUESTED))
        window.dispatchEvent(new Event("weir:close-requested"));
      // What changed before the first answer, or while the core was away, is not known: everything on screen is asked
      // again, or a page would keep what it read just before a change.
      void invalidate(client, began ? ["*"] : first.invalidated);
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

/** Work long enough that a person went on to something else. */
const LATE_MS = 10_000;

function endedLate(operation: Operation): boolean {
  if (operation.state === "running" || operation.ended_at === null) return false;
  return Number(operation.ended_at) - Number(operation.started_at) > LATE_MS;
}

/** What the whole window must say instead of its page: the core is gone or the session is; null when all is well. */
export function useEvents(): unknown {
  const platform = usePlatform();
  const client = useQueryClient();
  const { onOperation } = useFlash();
  const t = useT();
  const [gone, setGone] = useState<unknown>(null);
  const handle = useCallback(
    (operation: Operation) => {
      onOperation(operation);
      if (document.hidden && endedLate(operation)) platform.notify(t.core(operation.title), "");
    },
    [onOperation, platform, t],
  );
  useEffect(() => {
    const ended = new AbortController();
    void follow(platform, client, handle, setGone, ended.signal);
    return () => ended.abort();
  }, [platform, client, handle]);
  return gone;
}
