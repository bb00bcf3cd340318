import Input from "@cloudscape-design/components/input";
import { useEffect, useRef, useState } from "react";
import { useT } from "../text";
import { texts } from "./texts";

const SETTLE_MS = 120;

interface FilterInputProps {
  value: string;
  onChange: (value: string) => void;
  placeholder: string;
  /** Of the shown result, while a filter is set. */
  matches: number | null;
}

/**
 * The filter holds what is typed itself and hands it on once typing settles: a keystroke renders this input,
 * never the table. The core filters.
 */
export function FilterInput(props: FilterInputProps) {
  const t = useT();
  const [typed, setTyped] = useState(props.value);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const sent = useRef(props.value);

  useEffect(() => {
    // Changed from outside: "Clear filter", history.
    if (props.value !== sent.current) setTyped(props.value);
    sent.current = props.value;
  }, [props.value]);
  useEffect(() => () => clearTimeout(timer.current), []);

  const change = (value: string) => {
    setTyped(value);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      sent.current = value;
      props.onChange(value);
    }, SETTLE_MS);
  };
  return (
    <div className="weir-filter" data-weir-filter>
      <div className="weir-filter-input">
        <Input
          type="search"
          value={typed}
          onChange={({ detail }) => change(detail.value)}
          placeholder={props.placeholder}
          ariaLabel={props.placeholder}
          clearAriaLabel={t(texts.clearFilter)}
        />
      </div>
      <span className="weir-filter-matches" role="status">
        {typed && props.matches !== null ? t(texts.matches, { n: props.matches }) : ""}
      </span>
    </div>
  );
}
