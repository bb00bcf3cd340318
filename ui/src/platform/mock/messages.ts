import type * as T from "~/contract/types";
import { now, random } from "./data";

const STATUS = ["PAID", "PACKED", "SHIPPED", "FAILED", "CREATED"];
const CITY = ["Busan", "Seoul", "Oslo", "Lisbon", "Nairobi", "Quito"];
const END = 91_834;

function orderJson(offset: number, partition: number): string {
  const next = random(offset * 7 + partition);
  const id = 100_000 + Math.floor(next() * 800_000);
  return `{"id":"o-${id}","status":"${STATUS[offset % 5]}","total":${Math.floor(next() * 90_000)},"currency":"KRW","customer":{"id":"cust-${Math.floor(next() * 99_999)}","city":"${CITY[offset % 6]}","since":"2021-04-02"},"items":[{"sku":"TB-2231","qty":2},{"sku":"LP-0042","qty":1}],"attempt":9007199254740993,"gift":false,"note":null}`;
}

export function messageRow(partition: number, offset: number): T.MessageRow {
  const value = orderJson(offset, partition);
  const tombstone = offset % 17 === 3;
  return {
    id: `${partition}-${offset}`,
    partition,
    offset: String(offset),
    timestamp: String(now() - (END - offset) * 730 - partition * 90),
    timestamp_type: "create",
    key: { kind: "text", preview: `cust-${10_000 + ((offset * 37) % 89_999)}`, size: 10, cut: false },
    value: tombstone
      ? null
      : { kind: "json", preview: value.slice(0, 200), size: value.length, cut: value.length > 200 },
    headers: offset % 4,
    size: value.length + 42,
    control: false,
    aborted: offset % 23 === 5,
  };
}

export function browse(args: {
  partition: number | null;
  limit: number;
  before: string | null;
  contains: string;
}): T.Browse {
  const from = args.before === null ? 0 : Number(args.before);
  const rows: T.MessageRow[] = [];
  for (let n = from; rows.length < Math.min(args.limit, 100); n += 1) {
    const row = messageRow(args.partition ?? n % 6, END - Math.floor(n / 6));
    const hit =
      (row.value?.preview ?? "").includes(args.contains) || (row.key?.preview ?? "").includes(args.contains);
    if (hit) rows.push(row);
    if (n > from + 3000) break;
  }
  return {
    rows,
    next: String(from + 100),
    end: "limit",
    ranges: [0, 1, 2, 3, 4, 5].map((partition) => ({ partition, start: "0", end: String(END) })),
    scanned: String(rows.length * (args.contains ? 9 : 1)),
    warnings: [],
  };
}

const data = (text: string, json: boolean): T.Data => ({
  size: text.length,
  base64: btoa(text),
  text,
  json,
  truncated: false,
});

export function message(partition: number, offset: string): T.MessageFull {
  const row = messageRow(partition, Number(offset));
  return {
    ...row,
    key: row.key ? data(row.key.preview, false) : null,
    value: row.value ? data(orderJson(Number(offset), partition), true) : null,
    headers: [
      { name: "trace-id", value: data("4bf92f3577b34da6a3ce929d0e0e4736", false) },
      { name: "source", value: data("checkout", false) },
    ],
    leader_epoch: 4,
    producer_id: "2001",
    compression: "zstd",
    batch_base_offset: String(Number(offset) - 3),
  };
}

let live = END;
export function tail(max: number): T.StreamChunk {
  const rows = Array.from({ length: Math.min(max, 6) }, () => {
    live += 1;
    return { ...messageRow(live % 6, live), timestamp: String(now()) };
  });
  const progress = { per_s: 42, scanned: String(live - END) };
  return { rows, aborted: [], dropped: 0, progress, end: null, error: null };
}
