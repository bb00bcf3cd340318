import PropertyFilter, { type PropertyFilterProps } from "@cloudscape-design/components/property-filter";
import { type ReactNode, useMemo } from "react";
import { useT } from "../text";
import { texts } from "./texts";
import { read, written } from "./tokens";

export type Operators = readonly ("=" | "!=" | ":" | "!:" | "^" | "!^" | ">=" | "<=" | "<" | ">")[];

interface ConditionsFieldProps {
  /** As the address has it. */
  value: string;
  onChange: (value: string) => void;
  placeholder: string;
  properties: readonly { key: string; label: string; operators: Operators; first?: "=" | ":" | ">" }[];
  options: readonly PropertyFilterProps.FilteringOption[];
  matches: number | null;
  /** Before the field. */
  before?: ReactNode;
  /** Beside the conditions. */
  actions?: ReactNode;
  freeText?: Operators;
}

/** A filter by properties, its conditions written as the address has them. */
export function ConditionsField(props: ConditionsFieldProps) {
  const t = useT();
  const query = useMemo(() => read(props.value), [props.value]);
  const properties = useMemo(
    () =>
      props.properties.map(({ key, label, operators, first }) => ({
        key,
        propertyLabel: label,
        groupValuesLabel: t(texts.valuesOf, { label }),
        operators,
        ...(first ? { defaultOperator: first } : {}),
      })),
    [props.properties, t],
  );
  return (
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
      filteringProperties={properties}
      filteringOptions={props.options}
      filteringPlaceholder={props.placeholder}
      filteringAriaLabel={props.placeholder}
      countText={props.matches === null ? "" : t(texts.matches, { n: props.matches })}
      {...(props.freeText ? { freeTextFiltering: { operators: props.freeText } } : {})}
      {...(props.before ? { customControl: props.before } : {})}
      {...(props.actions ? { customFilterActions: props.actions } : {})}
      expandToViewport
    />
  );
}
