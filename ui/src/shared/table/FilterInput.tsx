import Input from "@cloudscape-design/components/input";
import { useT } from "../text";
import { useTyped } from "../useTyped";
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
  const [typed, change] = useTyped(props.value, props.onChange, SETTLE_MS);
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
