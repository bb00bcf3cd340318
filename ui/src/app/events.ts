import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import type { Operation } from "~/contract/types";
import { CallError, type Platform, usePlatform } from "~/platform";
import { invalidate, watchedTags } from "~/shared/api";
import { useFlash } from "~/shared/flash";

const WAIT_MS = 20_000;
const RETRY_MS = 1500;

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
  signal: AbortSignal,
): Promise<void> {
  let after = "0";
  let lost = false;
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
      after = first.seq;
      for (const operation of first.operations) onOperation(operation);
      if (first.invalidated.includes(CLOSE_REQUESTED))
        window.dispatchEvent(new Event("weir:close-requested"));
      // What happened while the core was away is not known: everything on screen is asked again.
      void invalidate(client, lost ? ["*"] : first.invalidated);
      lost = false;
    } catch (thrown) {
      if (signal.aborted) return;
      if (thrown instanceof CallError && thrown.error.kind === "session") return;
      after = "0";
      lost = true;
      await sleep(RETRY_MS);
    } finally {
      attempt.abort();
    }
  }
}

export function useEvents(): void {
  const platform = usePlatform();
  const client = useQueryClient();
  const { onOperation } = useFlash();
  useEffect(() => {
    const ended = new AbortController();
    void follow(platform, client, onOperation, ended.signal);
    return () => ended.abort();
  }, [platform, client, onOperation]);
}
