import { useEffect, useMemo, useRef } from "react";
import { useT } from "../text";
import { ConditionsField, type Operators } from "./ConditionsField";
import { SavedActions, SavedSelect, useSaved } from "./SavedFilters";
import { texts } from "./texts";
import type { CoreProperty } from "./tokens";
import type { CoreFilter } from "./useFilteredList";

interface CoreConditionsProps {
  filter: CoreFilter;
  properties: readonly CoreProperty[];
  placeholder: string;
  matches: number | null;
}

const SETTLE_MS = 120;
const OPERATORS: Record<CoreProperty["kind"], Operators> = {
  number: ["=", "!=", ">=", "<=", "<", ">"],
  word: ["=", "!="],
};
const NAME_OPERATORS: Operators = [":", "!:", "=", "!=", "^", "!^"];

/** Whether what is typed begins a condition: then it is not (yet) a part of a name. */
export function beginsCondition(text: string, properties: readonly CoreProperty[]): boolean {
  const typed = text.trim().toLowerCase();
  return /^[!:=^<>]/.test(typed) || properties.some(({ label }) => typed.startsWith(label.toLowerCase()));
}

/**
 * A filter of a list that the core filters. The field holds what is typed itself; once typing settles it is looked for
 * in the names, and with Enter it becomes a condition.
 */
export function CoreConditions({ filter, properties, placeholder, matches }: CoreConditionsProps) {
  const t = useT();
  const saved = useSaved(filter);
  const field = useRef<HTMLDivElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const latest = useRef({ filter, properties });
  latest.current = { filter, properties };
  useEffect(() => () => clearTimeout(timer.current), []);
  const settle = () => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      const { filter: now, properties: known } = latest.current;
      const typed = field.current?.querySelector<HTMLInputElement>("input[role=combobox]")?.value ?? "";
      const find = beginsCondition(typed, known) ? "" : typed.trim();
      if (find !== now.find) now.onFind(find);
    }, SETTLE_MS);
  };
  const comparable = useMemo(
    () =>
      properties.map(({ key, label, kind }) => ({
        key,
        label,
        operators: OPERATORS[kind],
        first: kind === "number" ? (">" as const) : ("=" as const),
      })),
    [properties],
  );
  const options = useMemo(
    () =>
      properties.flatMap(({ key, words }) => (words ?? []).map((word) => ({ propertyKey: key, ...word }))),
    [properties],
  );
  const typing = filter.find !== "" && filter.conditions === "";
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: hears what the field inside is told.
    <div
      ref={field}
      className="weir-conditions weir-conditions-core"
      data-weir-filter
      onInput={settle}
      onClick={settle}
      onKeyUp={settle}
    >
      <ConditionsField
        value={filter.conditions}
        onChange={(conditions) => (conditions === "" ? filter.onClear() : filter.onConditions(conditions))}
        placeholder={placeholder}
        properties={comparable}
        options={options}
        matches={matches}
        freeText={NAME_OPERATORS}
        {...(saved.rows.length > 0 ? { before: <SavedSelect saved={saved} filter={filter} /> } : {})}
        actions={<SavedActions saved={saved} filter={filter} />}
      />
      <span className="weir-filter-matches" role="status">
        {typing && matches !== null ? t(texts.matches, { n: matches }) : ""}
      </span>
    </div>
  );
}
