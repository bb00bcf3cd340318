import type { Payload } from "~/contract/types";
import type { Translate } from "~/shared/text";
import { texts } from "./texts";

export type Encoding = Payload["encoding"];
export interface HeaderLine {
  id: number;
  name: string;
  value: string;
}
export interface Draft {
  key: string;
  keyEncoding: Encoding;
  value: string;
  valueEncoding: Encoding;
  tombstone: boolean;
  partition: number | null;
  headers: HeaderLine[];
}
export type Problems = Record<string, string | undefined>;

export const EMPTY: Draft = {
  key: "",
  keyEncoding: "text",
  value: "",
  valueEncoding: "json",
  tombstone: false,
  partition: null,
  headers: [],
};

/** What was typed, whatever its encoding and partition. */
export function contentOf(draft: Draft): string {
  const headers = draft.headers.map(({ name, value }) => [name, value]);
  return JSON.stringify([draft.key, draft.value, draft.tombstone, headers]);
}

/** What is wrong with data in its encoding; the same text goes to Kafka as typed, digit by digit. */
export function payloadProblem(t: Translate, encoding: Encoding, data: string): string | undefined {
  if (encoding === "json" && data.trim() !== "")
    try {
      JSON.parse(data);
    } catch {
      // What the engine says is in English, and another sentence in every engine.
      return t(texts.badJson);
    }
  if (encoding === "hex" && !/^(\s*[0-9a-fA-F]{2})*\s*$/.test(data)) return t(texts.badHex);
  if (encoding === "base64" && !/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(data)) return t(texts.badBase64);
  return undefined;
}

export function problemsOf(t: Translate, draft: Draft): Problems {
  const problems: Problems = {
    key: payloadProblem(t, draft.keyEncoding, draft.key),
    value: draft.tombstone ? undefined : payloadProblem(t, draft.valueEncoding, draft.value),
  };
  if (!draft.tombstone && draft.valueEncoding === "json" && draft.value.trim() === "")
    problems.value = t(texts.emptyJson);
  if (draft.tombstone && draft.key === "") problems.key = t(texts.tombstoneKey);
  for (const header of draft.headers)
    if (header.name === "") problems[`header:${header.id}`] = t(texts.headerMissing);
  return Object.fromEntries(Object.entries(problems).filter(([, problem]) => problem !== undefined));
}

/** Whether a value without a byte would be sent: allowed, and seldom meant. */
export function isEmptyValue(draft: Draft): boolean {
  return !draft.tombstone && draft.valueEncoding !== "json" && draft.value === "";
}

export function keyPayload(draft: Draft): Payload | null {
  return draft.key === "" ? null : { encoding: draft.keyEncoding, data: draft.key };
}

export function valuePayload(draft: Draft): Payload | null {
  return draft.tombstone ? null : { encoding: draft.valueEncoding, data: draft.value };
}

const quote = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;

/** The `weir produce` that sends the same; bytes have no place on a command line, so they are left out. */
export function commandOf(cluster: string, topic: string, draft: Draft): string | null {
  const plain = (encoding: Encoding) => encoding === "text" || encoding === "json";
  if (draft.tombstone || !plain(draft.valueEncoding) || (draft.key !== "" && !plain(draft.keyEncoding)))
    return null;
  const line = draft.key === "" ? draft.value : `${draft.key}\t${draft.value}`;
  return [
    `printf '%s\\n' ${quote(line.replaceAll("\n", " "))} | weir produce --cluster ${cluster} ${topic}`,
    draft.key === "" ? "" : "--key-separator $'\\t'",
    draft.partition === null ? "" : `--partition ${draft.partition}`,
    ...draft.headers.map((header) => `--header ${quote(`${header.name}=${header.value}`)}`),
  ]
    .filter(Boolean)
    .join(" ");
}
