import { useLayoutEffect, useRef, useState } from "react";
import { CELL_FONT, measureText } from "./table/widths";

/** Shorter names fit two lines of every column of names. */
const SURELY_FITS = 40;
/** A line that ends at a joint may leave this much of the width; rather than more, a word is cut. */
const FULL_ENOUGH = 0.6;

type Measure = (text: string) => number;

const partsOf = (name: string) => name.split(/(?<=[._-])(?=[^._-])/);

/** How many lines a browser needs that breaks at joints, and inside words where it must. */
function linesOf(parts: readonly string[], width: number, measure: Measure): number {
  let lines = 1;
  let line = "";
  for (const part of parts) {
    if (measure(line + part) <= width) line += part;
    else {
      lines += (line === "" ? 0 : 1) + Math.ceil(measure(part) / width) - 1;
      line = part;
    }
  }
  return lines;
}

/** As many of these pieces as fit in a line. */
function fitting(
  pieces: readonly string[],
  width: number,
  measure: Measure,
  joined: (text: string[]) => string,
) {
  let count = 0;
  while (count < pieces.length && measure(joined(pieces.slice(0, count + 1))) <= width) count += 1;
  return joined(pieces.slice(0, count));
}

function longest(name: string, width: number, measure: Measure, joined: (text: string[]) => string): string {
  const ends = joined === tail ? -1 : 1;
  const order = (pieces: string[]) => (ends < 0 ? pieces.reverse() : pieces);
  const atJoint = fitting(order(partsOf(name)), width, measure, joined);
  if (measure(atJoint) >= width * FULL_ENOUGH) return atJoint;
  return fitting(order([...name]), width, measure, joined);
}

const head = (pieces: string[]) => pieces.join("");
const tail = (pieces: string[]) => `…${[...pieces].reverse().join("")}`;

/** A name that needs more than two lines of a width: its beginning, and its end behind an ellipsis. */
export function foldName(name: string, width: number, measure: Measure): [string, string] | null {
  if (width <= 0 || linesOf(partsOf(name), width, measure) <= 2) return null;
  return [longest(name, width, measure, head), longest(name, width, measure, tail)];
}

function blockAround(node: HTMLElement | null): HTMLElement | null {
  let at = node?.parentElement ?? null;
  while (at && getComputedStyle(at).display === "inline") at = at.parentElement;
  return at;
}

/** Folds a name to the width of the block that it stands in. */
export function useFolded<T extends HTMLElement>(name: string) {
  const node = useRef<T>(null);
  const [folded, setFolded] = useState<[string, string] | null>(null);
  useLayoutEffect(() => {
    const cell = blockAround(node.current);
    if (!cell || name.length <= SURELY_FITS || typeof ResizeObserver === "undefined") return setFolded(null);
    let current = true;
    const adjust = () => {
      if (!current) return;
      const style = getComputedStyle(cell);
      const padding = Number.parseFloat(style.paddingInlineStart) + Number.parseFloat(style.paddingInlineEnd);
      const next = foldName(name, cell.clientWidth - padding - 2, (text) => measureText(text, CELL_FONT));
      setFolded((before) => (before?.join() === next?.join() ? before : next));
    };
    adjust();
    const observer = new ResizeObserver(adjust);
    observer.observe(cell);
    // Measured before it is there, the font's stand-in is.
    void document.fonts?.ready.then(adjust);
    return () => {
      current = false;
      observer.disconnect();
    };
  }, [name]);
  return { node, folded };
}
