import { useMemo } from "react";
import { ConditionsField, type Operators } from "./ConditionsField";
import type { Property } from "./tokens";

interface ConditionsProps<Row> {
  /** As the address has it. */
  value: string;
  onChange: (value: string) => void;
  placeholder: string;
  rows: Row[];
  properties: readonly Property<Row>[];
  matches: number | null;
}

const OPERATORS: Operators = ["=", "!=", ":", "!:"];

/** Values that occur, each once: what the filter suggests. */
function suggestions<Row>(rows: Row[], properties: readonly Property<Row>[]) {
  return properties.flatMap(({ key, of, nameOf }) => {
    const values = new Set(rows.flatMap((row) => of(row)).filter((value) => value !== ""));
    return [...values]
      .sort()
      .map((value) => ({ propertyKey: key, value, ...(nameOf ? { label: nameOf(value) } : {}) }));
  });
}

/** A filter by properties of rows that are all here; free text is looked for in the name. */
export function Conditions<Row>(props: ConditionsProps<Row>) {
  const { properties, rows } = props;
  const options = useMemo(() => suggestions(rows, properties), [rows, properties]);
  const comparable = useMemo(
    () => properties.map(({ key, label }) => ({ key, label, operators: OPERATORS })),
    [properties],
  );
  return (
    <div className="weir-conditions" data-weir-filter>
      <ConditionsField
        value={props.value}
        onChange={props.onChange}
        placeholder={props.placeholder}
        properties={comparable}
        options={options}
        matches={props.matches}
      />
    </div>
  );
}
