import type { ConfigRow } from "~/contract/types";
import { problemText } from "~/shared/configProblem";
import { valueProblem } from "~/shared/configValue";
import type { Translate } from "~/shared/text";

/** What the user wants instead, by key; null is "back to the default". */
export type Edits = Readonly<Record<string, string | null>>;

/** Only what differs from what the cluster has. */
export function changesOf(rows: ConfigRow[], edits: Edits): { name: string; value: string | null }[] {
  return rows
    .filter((row) => row.name in edits && edits[row.name] !== row.value)
    .map((row) => ({ name: row.name, value: edits[row.name]?.trim() ?? null }));
}

/** Keys whose new value is wrong, be their rows on screen or filtered away. */
export function wrongIn(t: Translate, rows: ConfigRow[], edits: Edits): string[] {
  return rows.filter((row) => editProblem(t, row, edits) !== null).map((row) => row.name);
}

export function editProblem(t: Translate, row: ConfigRow, edits: Edits): string | null {
  const value = edits[row.name];
  if (value === undefined || value === null) return null;
  const problem = valueProblem(row.type, row.valid, value);
  return problem ? problemText(t, problem) : null;
}
