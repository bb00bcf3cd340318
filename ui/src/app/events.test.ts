import { QueryClient, QueryObserver } from "@tanstack/react-query";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Args } from "~/contract/commands";
import type { Events } from "~/contract/types";
import { CoreGone, type Platform } from "~/platform";
import { CLOSE_REQUESTED, follow } from "./events";

const TOPICS = "topics(shop)";

/** A core whose long poll answers when something is told or its wait is over, and which counts what is asked. */
function core() {
  let seq = 1;
  let answer: (invalidated: string[]) => void = () => undefined;
  const asked: Args<"events.next">[] = [];
  const call = (_name: string, args: Args<"events.next">) => {
    asked.push(args);
    const events = (invalidated: string[]): Events => ({
      seq: String(seq),
      invalidated,
      operations: [],
      gone: null,
    });
    if (args.after === "0") return Promise.resolve(events([]));
    return new Promise<Events>((resolve) => {
      const over = setTimeout(() => resolve(events([])), args.wait_ms);
      answer = (invalidated) => {
        clearTimeout(over);
        seq += 1;
        resolve(events(invalidated));
      };
    });
  };
  return {
    platform: { host: "mock", call } as unknown as Platform,
    asked,
    tell: (...tags: string[]) => {
      answer(tags);
      return vi.advanceTimersByTimeAsync(10);
    },
  };
}

it("a core that says that it is gone is asked no more", async () => {
  const asked = vi.fn(async () => ({ seq: "7", invalidated: ["*"], operations: [], gone: "boom" }));
  const onGone = vi.fn();
  const platform = { host: "mock", call: asked } as unknown as Platform;
  await follow(platform, new QueryClient(), () => undefined, onGone, new AbortController().signal);
  expect(onGone).toHaveBeenCalledExactlyOnceWith(expect.any(CoreGone));
  expect(asked).toHaveBeenCalledTimes(1);
});

let hidden = false;
function turn(to: "hidden" | "visible") {
  hidden = to === "hidden";
  document.dispatchEvent(new Event("visibilitychange"));
  return vi.advanceTimersByTimeAsync(100);
}

describe("a hidden window", () => {
  let ended = new AbortController();
  const reads = vi.fn(async () => "rows");
  const closing = vi.fn();
  let client = new QueryClient();
  let unsubscribe: () => void = () => undefined;
  let told = core();

  beforeEach(async () => {
    vi.useFakeTimers();
    hidden = false;
    Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
    window.addEventListener("weir:close-requested", closing);
    client = new QueryClient();
    const options = { queryKey: ["topics.list"], queryFn: reads, meta: { tags: [TOPICS] } };
    unsubscribe = new QueryObserver(client, options).subscribe(() => undefined);
    told = core();
    ended = new AbortController();
    void follow(
      told.platform,
      client,
      () => undefined,
      () => undefined,
      ended.signal,
    );
    await vi.advanceTimersByTimeAsync(100);
    reads.mockClear();
    told.asked.length = 0;
  });
  afterEach(() => {
    ended.abort();
    unsubscribe();
    window.removeEventListener("weir:close-requested", closing);
    Reflect.deleteProperty(document, "hidden");
    vi.useRealTimers();
  });

  const watched = () => told.asked.filter(({ watching }) => watching.includes(TOPICS));

  it("names what is on it once a minute, with a lease that ends soon", async () => {
    await turn("hidden");
    await vi.advanceTimersByTimeAsync(180_000);
    expect(watched()).toHaveLength(3);
    expect(watched().every(({ wait_ms }) => wait_ms === 0)).toBe(true);
  });

  it("reads again what changed once a minute, however often it changes", async () => {
    await turn("hidden");
    await vi.advanceTimersByTimeAsync(60_000);
    reads.mockClear();
    for (let second = 0; second < 60; second += 3) {
      await told.tell(TOPICS);
      await vi.advanceTimersByTimeAsync(3_000);
    }
    expect(reads).toHaveBeenCalledTimes(1);
  });

  it("still hears at once that it is to be closed", async () => {
    await turn("hidden");
    await vi.advanceTimersByTimeAsync(25_000);
    await told.tell(CLOSE_REQUESTED);
    expect(closing).toHaveBeenCalledTimes(1);
  });

  it("is read again and watched at once when it is looked at", async () => {
    await turn("hidden");
    await vi.advanceTimersByTimeAsync(30_000);
    told.asked.length = 0;
    await turn("visible");
    expect(reads).toHaveBeenCalledTimes(1);
    expect(watched()).toEqual([expect.objectContaining({ wait_ms: 20_000 })]);
  });

  it("that is seen reads at once what changed", async () => {
    await told.tell(TOPICS);
    expect(reads).toHaveBeenCalledTimes(1);
  });
});
