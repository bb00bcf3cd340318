import type { ConfigType } from "~/contract/types";

/** What is wrong with a value, before the cluster is asked; null when it may do. */
export type ValueProblem =
  | { kind: "whole" | "number" | "pairs" }
  | { kind: "range"; min: string; max: string }
  | { kind: "between"; min: string; max: string }
  | { kind: "least"; min: string }
  | { kind: "choice"; valid: string };

const WHOLE: Partial<Record<ConfigType, [min: bigint, max: bigint]>> = {
  short: [-32_768n, 32_767n],
  int: [-2_147_483_648n, 2_147_483_647n],
  long: [-9_223_372_036_854_775_808n, 9_223_372_036_854_775_807n],
};

/** "[compact, delete]" as its choices; ranges such as "[0,...]" and patterns have none. */
export function choicesOf(valid: string | null): string[] {
  const words = /^\[([^[\]]*)\]$/.exec(valid ?? "")?.[1]?.split(",") ?? [];
  const choices = words.map((word) => word.trim());
  return choices.every((word) => /^[A-Za-z][\w.-]*$/.test(word)) ? choices : [];
}

/** So many words of a list are offered in every combination. */
const COMBINED_MAX = 2;

/** The values to choose from, where they are few: of a list each word and all together. */
export function optionsOf(type: ConfigType, valid: string | null): string[] {
  if (type === "boolean") return ["true", "false"];
  const words = choicesOf(valid);
  if (type !== "list") return words;
  return words.length > 0 && words.length <= COMBINED_MAX ? [...words, words.join(",")] : [];
}

interface Range {
  min: string;
  max: string | null;
  /** Values outside of it that mean something of their own: "[1,...,9] or -1". */
  others: readonly string[];
}

/** Kafka's "[0,...]" and "[1,...,17]"; null where something else is said. */
function rangeOf(valid: string | null): Range | null {
  const [range = "", ...others] = (valid ?? "").split(" or ");
  const [, min, max] = /^\[(-?[\d.]+),\.\.\.(?:,(-?[\d.]+))?\]$/.exec(range.trim()) ?? [];
  return min === undefined ? null : { min, max: max ?? null, others };
}

/** Whole numbers are compared to the last digit. */
function outside<N extends bigint | number>(
  valid: string | null,
  text: string,
  read: (text: string) => N,
): ValueProblem | null {
  const range = rangeOf(valid);
  if (!range || range.others.includes(text)) return null;
  const value = read(text);
  const { min, max } = range;
  if (value >= read(min) && (max === null || value <= read(max))) return null;
  return max === null ? { kind: "least", min } : { kind: "between", min, max };
}

/** "[partitionId]:[brokerId],[partitionId]:[brokerId],...", as the lists of throttled replicas have it. */
const PAIRS = "[partitionId]:[brokerId]";

function arePairs(text: string): boolean {
  return text === "" || text === "*" || text.split(",").every((pair) => /^\s*\d+:\d+\s*$/.test(pair));
}

export function valueProblem(type: ConfigType, valid: string | null, value: string): ValueProblem | null {
  const text = value.trim();
  const range = WHOLE[type];
  if (range) {
    if (!/^-?\d+$/.test(text)) return { kind: "whole" };
    const number = BigInt(text);
    const [min, max] = range;
    if (number < min || number > max) return { kind: "range", min: String(min), max: String(max) };
    return outside(valid, text, (digits) => BigInt(digits.replace(/\..*/, "")));
  }
  if (type === "double")
    return text === "" || Number.isNaN(Number(text)) ? { kind: "number" } : outside(valid, text, Number);
  if (type === "boolean")
    return /^(true|false)$/.test(text) ? null : { kind: "choice", valid: "true, false" };
  if (type === "list" && valid?.startsWith(PAIRS)) return arePairs(text) ? null : { kind: "pairs" };
  const choices = choicesOf(valid);
  const words = type === "list" ? text.split(",").map((each) => each.trim()) : [text];
  if (choices.length > 0 && !words.every((word) => choices.includes(word)))
    return { kind: "choice", valid: choices.join(", ") };
  return null;
}
