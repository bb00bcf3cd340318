import type { ConfigHelp, TopicDefaults } from "~/contract/types";
import { problemText } from "~/shared/configProblem";
import { valueProblem } from "~/shared/configValue";
import type { Translate } from "~/shared/text";
import { texts } from "./texts";

export interface ConfigLine {
  id: number;
  name: string;
  value: string;
}
export interface Draft {
  name: string;
  partitions: string | null;
  replication: string | null;
  configs: ConfigLine[];
}
export const FIRST: Draft = { name: "", partitions: null, replication: null, configs: [] };
/** By field: "name", "partitions", "replication", "config:ID". */
export type Problems = Record<string, string | undefined>;

export interface Bounds {
  brokers: number;
  help: ConfigHelp[];
}

export function boundsOf(defaults: TopicDefaults | undefined): Bounds {
  return { brokers: defaults?.brokers ?? 1, help: defaults?.configs ?? [] };
}

/** The draft with the cluster's defaults where nothing was typed; empty as long as they are not known. */
export function filledWith(draft: Draft, defaults: TopicDefaults | undefined) {
  return {
    ...draft,
    partitions: draft.partitions ?? String(defaults?.partitions ?? ""),
    replication: draft.replication ?? String(defaults?.replication ?? ""),
  };
}

/** What leaving the page would lose: of the lines those that say something, and not which of them is which. */
export function enteredIn(draft: Draft) {
  const told = draft.configs.filter(({ name, value }) => name !== "" || value !== "");
  return { ...draft, configs: told.map(({ name, value }) => ({ name, value })) };
}

/** What is sent for a draft without problems. */
export function requestOf(draft: Draft) {
  return {
    name: draft.name.trim(),
    partitions: Number(draft.partitions),
    replication: Number(draft.replication),
    configs: draft.configs.filter((line) => line.name !== "").map(({ name, value }) => ({ name, value })),
  };
}

export const PARTITIONS_MAX = 10_000;

function whole(value: string, min: number, max: number): boolean {
  return /^\d+$/.test(value.trim()) && Number(value) >= min && Number(value) <= max;
}

export function configProblem(t: Translate, line: ConfigLine, help: ConfigHelp[]): string | undefined {
  const known = help.find((each) => each.name === line.name);
  if (!known) return t(texts.chooseMissing);
  const problem = valueProblem(known.type, known.valid, line.value);
  return problem ? problemText(t, problem) : undefined;
}

/** Every field that is wrong now. */
export function problemsOf(t: Translate, draft: Draft, bounds: Bounds): Problems {
  const problems: Problems = {};
  if (draft.name.trim() === "") problems.name = t(texts.nameMissing);
  if (!whole(draft.partitions ?? "", 1, PARTITIONS_MAX)) problems.partitions = t(texts.partitionsBad);
  if (!whole(draft.replication ?? "", 1, bounds.brokers))
    problems.replication = t(texts.replicationBad, { n: bounds.brokers });
  for (const line of draft.configs) {
    const problem = configProblem(t, line, bounds.help);
    if (problem) problems[`config:${line.id}`] = problem;
  }
  return problems;
}
