import type * as T from "~/contract/types";
import { text } from "./data";

const KEYS: [name: string, type: T.ConfigType, value: string, valid: string | null, doc: string][] = [
  [
    "cleanup.policy",
    "list",
    "delete",
    "[compact, delete]",
    "What happens to old segments: deleted by age and size, or compacted to the last record of each key.",
  ],
  [
    "compression.type",
    "string",
    "producer",
    "[uncompressed, zstd, lz4, snappy, gzip, producer]",
    "The codec batches are stored with; producer keeps what the producer chose.",
  ],
  [
    "delete.retention.ms",
    "long",
    "86400000",
    "[0,...]",
    "How long tombstones of a compacted topic are kept.",
  ],
  [
    "flush.messages",
    "long",
    "9223372036854775807",
    "[1,...]",
    "Records after which the log is flushed to disk.",
  ],
  [
    "max.message.bytes",
    "int",
    "1048588",
    "[0,...]",
    "The largest batch that is accepted, after compression.",
  ],
  [
    "message.timestamp.type",
    "string",
    "CreateTime",
    "[CreateTime, LogAppendTime]",
    "Whether a record carries its producer's time or the broker's.",
  ],
  [
    "min.cleanable.dirty.ratio",
    "double",
    "0.5",
    "[0,...,1]",
    "How much of a log must be uncompacted before the cleaner looks at it.",
  ],
  ["min.insync.replicas", "int", "2", "[1,...]", "In-sync replicas that a produce with acks=all needs."],
  [
    "retention.bytes",
    "long",
    "-1",
    null,
    "The size a partition may reach before old segments go; -1 is no limit.",
  ],
  ["retention.ms", "long", "259200000", "[-1,...]", "How long records are kept; -1 is for ever."],
  ["segment.bytes", "int", "1073741824", "[14,...]", "The size at which a new segment begins."],
  [
    "unclean.leader.election.enable",
    "boolean",
    "false",
    null,
    "Whether a replica that is not in sync may lead, losing records.",
  ],
];

export const configRows: T.ConfigRow[] = KEYS.map(([name, type, value, valid, doc]) => ({
  name,
  value,
  default: name === "retention.ms" ? "604800000" : name === "min.insync.replicas" ? "1" : value,
  source: name === "retention.ms" ? "topic" : name === "min.insync.replicas" ? "broker" : "default",
  changed: name === "retention.ms",
  type,
  read_only: false,
  sensitive: false,
  importance: "medium",
  valid,
  synonyms: [],
  doc: text(doc),
}));

export const configHelp: T.ConfigHelp[] = KEYS.map(([name, type, value, valid, doc]) => ({
  name,
  type,
  default: value,
  valid,
  importance: "medium",
  doc: text(doc),
}));
