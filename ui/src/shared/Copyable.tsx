import { Breakable, piecesOf } from "./Breakable";
import { CopyButton } from "./CopyButton";

/** So long a last piece stays whole in one line with the button; of a longer one the end does. */
const PIECE_MAX = 14;
const END = 6;

/** Where the part begins that is not parted from the button. */
export function endOf(text: string): number {
  const last = piecesOf(text).at(-1)?.length ?? 0;
  return text.length - (last <= PIECE_MAX ? last : END);
}

/** A text of a machine with the button that copies it; the button never stands alone in a line. */
export function Copyable(props: { text: string; what: string; shown?: string }) {
  const { text, what, shown = text } = props;
  const end = endOf(shown);
  return (
    <span className="weir-wrap">
      <span className="weir-mono">
        <Breakable text={shown.slice(0, end)} />
      </span>
      <span className="weir-nowrap">
        <span className="weir-mono">{shown.slice(end)}</span>{" "}
        <CopyButton text={text} what={what} variant="inline" />
      </span>
    </span>
  );
}
