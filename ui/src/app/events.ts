import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import type { Operation } from "~/generated/types";
import { CallError, type Platform, usePlatform } from "~/platform";
import { invalidate, watchedTags } from "~/shared/api";
import { useFlash } from "~/shared/flash";

const WAIT_MS = 20_000;
/** While the window is hidden nobody looks: the core's pollers fall back to once a minute. */
const RETRY_MS = 1500;

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
  while (!signal.aborted) {
    const watching = document.hidden ? [] : watchedTags(client);
    const attempt = new AbortController();
    signal.addEventListener("abort", () => attempt.abort(), { once: true });
    try {
      const answer = platform.call("events.next", { after, watching, wait_ms: WAIT_MS }, attempt.signal);
      const first = await Promise.race([answer, watchingChanged(client, watching.join(), attempt.signal)]);
      if (first === "changed") {
        // Nothing is lost: `after` did not move. Settle before asking again, a page mounts several queries.
        answer.catch(() => undefined);
        await sleep(30);
        continue;
      }
      after = first.seq;
      for (const operation of first.operations) onOperation(operation);
      if (first.invalidated.length > 0) await invalidate(client, first.invalidated);
    } catch (thrown) {
      if (signal.aborted) return;
      if (thrown instanceof CallError && thrown.error.kind === "session") return;
      after = "0";
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
