import PropertyFilter, { type PropertyFilterProps } from "@cloudscape-design/components/property-filter";
import { useMemo } from "react";
import { useT } from "../text";
import { texts } from "./texts";
import { type Property, read, written } from "./tokens";

interface ConditionsProps<Row> {
  /** As the address has it. */
  value: string;
  onChange: (value: string) => void;
  placeholder: string;
  rows: Row[];
  properties: readonly Property<Row>[];
  matches: number | null;
}

const OPERATORS: PropertyFilterProps.FilteringProperty["operators"] = ["=", "!=", ":", "!:"];

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
  const t = useT();
  const { properties, rows } = props;
  const options = useMemo(() => suggestions(rows, properties), [rows, properties]);
  const query = useMemo(() => read(props.value), [props.value]);
  return (
    <div className="weir-conditions" data-weir-filter>
      <PropertyFilter
        query={{ ...query, tokens: query.tokens.map((each) => ({ ...each, propertyKey: each.property })) }}
        onChange={({ detail }) =>
          props.onChange(
            written({
              operation: detail.operation,
              tokens: detail.tokens.map(({ propertyKey, operator, value }) => ({
                property: propertyKey,
                operator,
                value: String(value),
              })),
            }),
          )
        }
        filteringProperties={properties.map(({ key, label }) => ({
          key,
          propertyLabel: label,
          groupValuesLabel: t(texts.valuesOf, { label }),
          operators: OPERATORS ?? [],
        }))}
        filteringOptions={options}
        filteringPlaceholder={props.placeholder}
        filteringAriaLabel={props.placeholder}
        countText={props.matches === null ? "" : t(texts.matches, { n: props.matches })}
        expandToViewport
      />
    </div>
  );
}
