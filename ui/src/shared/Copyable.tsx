import { CopyButton } from "./CopyButton";

/** So much of the end stays in one line with the button. */
const END = 6;

/** A text of a machine with the button that copies it; the button never stands alone in a line. */
export function Copyable(props: { text: string; what: string; shown?: string }) {
  const { text, what, shown = text } = props;
  return (
    <span className="weir-wrap">
      <span className="weir-mono">{shown.slice(0, -END)}</span>
      <span className="weir-nowrap">
        <span className="weir-mono">{shown.slice(-END)}</span>{" "}
        <CopyButton text={text} what={what} variant="inline" />
      </span>
    </span>
  );
}
