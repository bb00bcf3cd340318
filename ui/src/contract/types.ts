// The contract's types, all generated from weir-api; and the two shapes that many of them share.
import type { Condition, Text } from "~/generated/types";

export * from "~/generated/types";

/** Null is allowed; else the reason why not, shown as the disabled reason. */
export type Permit = Text | null;

/** What every list asks of its view in the core. Pages count from 1, of 10 to 100 rows. */
export interface ViewArgs {
  query: string;
  conditions: Condition[];
  /** One of the conditions is enough. */
  any: boolean;
  sort: string;
  descending: boolean;
  page: number;
  page_size: number;
}
