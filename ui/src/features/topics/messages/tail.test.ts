import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { ApiError, MessageRow, StreamChunk } from "~/contract/types";
import type { Platform } from "~/platform";
import { Buffer, Nap, pull } from "./tail";

const row = (partition: number, offset: string, timestamp = "0") =>
  ({ id: `${partition}-${offset}`, partition, offset, timestamp, aborted: false }) as MessageRow;

describe("add", () => {
  it("brings what was fetched partition by partition into the order of time", () => {
    const buffer = new Buffer();
    buffer.add([row(0, "1", "10"), row(0, "2", "30"), row(1, "1", "10"), row(1, "2", "20")], true);
    expect(buffer.rows.map((each) => each.id)).toEqual(["0-1", "1-1", "1-2", "0-2"]);
  });
});

describe("markAborted", () => {
  it("marks rows that were drawn before, as new objects", () => {
    const buffer = new Buffer();
    const [first, second] = [row(0, "1"), row(1, "1")];
    buffer.add([first, second], true);
    buffer.markAborted([
      { partition: 1, offset: "1" },
      { partition: 0, offset: "9" },
    ]);
    expect(buffer.rows[0]).toBe(first);
    expect(buffer.rows[1]).toEqual({ ...second, aborted: true });
    expect(second.aborted).toBe(false);
    expect(buffer.shown).toBe(2);
  });
});

describe("pull", () => {
  const nothing: StreamChunk = {
    rows: [],
    aborted: [],
    dropped: 0,
    progress: { per_s: 0, scanned: "0" },
    end: null,
    error: null,
  };
  const unread: ApiError = {
    text: {
      id: "warning.partition_unread",
      args: { partition: 1, name: "LEADER_NOT_AVAILABLE", reason: "LEADER_NOT_AVAILABLE" },
    },
    hint: null,
    kind: "unreachable",
    outcome: null,
    field: null,
    detail: null,
  };
  let chunk = nothing;
  let paused = false;
  const asked: string[] = [];

  /** A pull from a stream that answers with `chunk`; what it pulled stands in `asked`. */
  function begin() {
    const call = async (name: string, args: { max_rows?: number }) => {
      asked.push(args.max_rows === undefined ? name : `${args.max_rows} rows`);
      return name === "messages.tail.open" ? { stream: "s-1" } : chunk;
    };
    const platform = { host: "mock", call } as unknown as Platform;
    const args = { cluster: "shop", topic: "orders", partition: null, contains: "" };
    const [buffer, nap, ended] = [new Buffer(), new Nap(), new AbortController()];
    const done = pull({
      platform,
      args,
      buffer,
      nap,
      signal: ended.signal,
      quiet: () => paused,
      follow: () => true,
      changed: () => undefined,
    });
    return { buffer, nap, ended, done };
  }

  beforeEach(() => {
    vi.useFakeTimers();
    [chunk, paused] = [nothing, false];
    asked.length = 0;
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("only keeps the stream while paused, and pulls at once on resume", async () => {
    paused = true;
    const { nap, ended, done } = begin();
    await vi.advanceTimersByTimeAsync(6_000);
    expect(asked).toEqual(["messages.tail.open", "0 rows", "0 rows"]);
    paused = false;
    nap.cut();
    await vi.advanceTimersByTimeAsync(0);
    expect(asked.at(-1)).toBe("500 rows");
    ended.abort();
    nap.cut();
    await done;
    expect(asked.at(-1)).toBe("streams.close");
  });
  it("tells what cannot be read for as long as it is so, and goes on with the rest", async () => {
    const { buffer, ended } = begin();
    chunk = { ...nothing, rows: [row(0, "1")], error: unread };
    await vi.advanceTimersByTimeAsync(40);
    expect(buffer.unread?.error).toBe(unread);
    expect(buffer.rows.length).toBeGreaterThan(0);
    chunk = nothing;
    await vi.advanceTimersByTimeAsync(40);
    expect(buffer.unread).toBeNull();
    ended.abort();
  });
  it("keeps the reason of an end", async () => {
    chunk = { ...nothing, end: { id: "stream.ended", args: {} } };
    const { buffer, done } = begin();
    await done;
    expect(buffer.end?.id).toBe("stream.ended");
    expect(asked.at(-1)).toBe("streams.close");
  });
});
