/** A condition on one property, as the filter shows it; without a property the text is looked for in the name. */
export interface Token {
  property?: string | undefined;
  operator: string;
  value: string;
}
export interface Conditions {
  tokens: Token[];
  operation: "and" | "or";
}

/** A property that a list can be filtered by. */
export interface Property<Row> {
  key: string;
  label: string;
  /** What the filter compares with; several for a row that has several. */
  of: (row: Row) => string | string[];
  /** What an exact value is called in the list of suggestions. */
  nameOf?: (value: string) => string;
}

/** A property that the core filters a list by. */
export interface CoreProperty {
  key: string;
  label: string;
  kind: "number" | "word";
  /** All words that occur. */
  words?: readonly { value: string; label: string }[];
}

export const NOTHING: Conditions = { tokens: [], operation: "and" };

/** For the address of the page. */
export function written({ tokens, operation }: Conditions): string {
  if (tokens.length === 0) return "";
  const all = tokens.map(({ property, operator, value }) => [property ?? "", operator, value]);
  return JSON.stringify(operation === "or" ? ["or", ...all] : all);
}

function tokenOf(value: unknown): Token | null {
  if (!Array.isArray(value) || value.length !== 3) return null;
  const [property, operator, text] = value as unknown[];
  if (typeof property !== "string" || typeof operator !== "string" || typeof text !== "string") return null;
  return { ...(property ? { property } : {}), operator, value: text };
}

/** What an address says, which anybody may have typed: what cannot be read is no condition. */
export function read(text: string): Conditions {
  try {
    const parsed: unknown = text === "" ? [] : JSON.parse(text);
    if (!Array.isArray(parsed)) return NOTHING;
    const tokens = parsed.map(tokenOf).filter((each): each is Token => each !== null);
    return { tokens, operation: parsed[0] === "or" ? "or" : "and" };
  } catch {
    return { tokens: [{ operator: ":", value: text }], operation: "and" };
  }
}

function compare(has: number, operator: string, wanted: number): boolean {
  if (operator.endsWith("=") && has === wanted) return true;
  return operator.startsWith("<") ? has < wanted : has > wanted;
}

/** A condition on values; numbers are compared by their size. */
export function holds(values: string[], { operator, value }: Token): boolean {
  const wanted = value.toLowerCase();
  if (/^[<>]/.test(operator)) return values.some((each) => compare(Number(each), operator, Number(wanted)));
  const has = values.map((each) => each.toLowerCase());
  if (operator === "=") return has.includes(wanted);
  if (operator === "!=") return !has.includes(wanted);
  if (operator === "!:") return !has.some((each) => each.includes(wanted));
  return has.some((each) => each.includes(wanted));
}

/** Whether a row is wanted. */
export function matches<Row>(
  row: Row,
  { tokens, operation }: Conditions,
  properties: readonly Property<Row>[],
  nameOf: (row: Row) => string,
): boolean {
  const one = (token: Token) => {
    const property = properties.find((each) => each.key === token.property);
    const found = property ? property.of(row) : nameOf(row);
    return holds(Array.isArray(found) ? found : [found], token);
  };
  if (tokens.length === 0) return true;
  return operation === "and" ? tokens.every(one) : tokens.some(one);
}
