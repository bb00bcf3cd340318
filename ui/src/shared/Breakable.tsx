import { Fragment } from "react";

/** A path after its slashes, addresses after their commas. */
export function piecesOf(text: string): string[] {
  return text.match(/[^/\\,]*[/\\,]+|[^/\\,]+/g) ?? [];
}

/** A text of a machine that is too long for its line: broken between its pieces rather than within a word. */
export function Breakable({ text }: { text: string }) {
  return piecesOf(text).map((piece, at) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: pieces of a text never move.
    <Fragment key={at}>
      {piece}
      <wbr />
    </Fragment>
  ));
}
