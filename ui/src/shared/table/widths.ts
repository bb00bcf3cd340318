/** What a column needs to be laid out. */
export interface Sized {
  id: string;
  header: string;
  sort?: string | undefined;
  numeric?: boolean | undefined;
  fixed?: boolean | undefined;
  width?: number | undefined;
  minWidth?: number | undefined;
  optional?: boolean | undefined;
  wide?: number | undefined;
  extra?: boolean | undefined;
  words?: readonly string[] | undefined;
  sign?: boolean | undefined;
}

/** Around a header's text: padding (tables.css), the resize handle, and the arrow of a column that can be sorted. */
const HEADER_PADDING_PX = 28;
const SORTED_PADDING_PX = 50;
/** Around a cell's text, and what the sign before it takes. */
const CELL_PADDING_PX = 28;
const SIGN_PX = 20;
const DEFAULT_WIDTH_PX = 120;
/** How far a column of words grows before the figures get their share of the spare room. */
const WORDS_GROW = 1.6;
const WORDS_SHRINK = 0.75;
const HEADER_FONT = "700 14px";
export const CELL_FONT = "400 14px";

const measured = new Map<string, number>();
let canvas: CanvasRenderingContext2D | null = null;

/** Width of a text in the engine that draws it: WebKitGTK's letters are wider than Chromium's. */
export function measureText(text: string, font: string): number {
  const family = getComputedStyle(document.body).fontFamily || "sans-serif";
  canvas ??= document.createElement("canvas").getContext("2d");
  if (!canvas) return text.length * 9;
  canvas.font = `${font} ${family}`;
  return Math.ceil(canvas.measureText(text).width);
}

/** The same, kept: headers and words are measured again and again. */
function textWidth(text: string, font = HEADER_FONT): number {
  const key = `${font}\n${text}`;
  const known = measured.get(key);
  if (known !== undefined) return known;
  const width = measureText(text, font);
  // Before the font is there the fallback's width is measured: good for once, not to be kept.
  if (canvas && document.fonts?.check(canvas.font)) measured.set(key, width);
  return width;
}

/** The narrowest a column may be so that its header is read whole. */
export function headerWidth(column: Sized, measure: Measure = textWidth): number {
  return measure(column.header) + (column.sort ? SORTED_PADDING_PX : HEADER_PADDING_PX);
}

type Measure = (text: string, font?: string) => number;

/** The narrowest a column may be so that each of the words it can hold is read whole, in one line. */
function wordsWidth({ words, sign }: Sized, measure: Measure = textWidth): number {
  if (!words) return 0;
  const longest = Math.max(0, ...words.map((word) => measure(word, CELL_FONT)));
  return longest + CELL_PADDING_PX + (sign ? SIGN_PX : 0);
}

/** The narrowest a column may become by itself or by hand. */
export function leastWidth(column: Sized, measure?: Measure): number {
  return Math.max(column.minWidth ?? 0, headerWidth(column, measure), wordsWidth(column, measure));
}

function wanted(column: Sized, measure?: Measure): number {
  return Math.max(column.width ?? (column.words ? 0 : DEFAULT_WIDTH_PX), leastWidth(column, measure));
}

/** Where room is short words may wrap or be cut, to this; figures may not. */
function tight(column: Sized, measure?: Measure): number {
  const width = wanted(column, measure);
  return column.numeric
    ? width
    : Math.max(leastWidth(column, measure), Math.min(width, width * WORDS_SHRINK));
}

/**
 * Columns not shown until chosen: the optional ones, the extra ones for which there is no room to spare, and then, where
 * words have been made as narrow as they may be, those marked `wide` that do not fit, the highest first.
 */
export function hiddenByDefault(columns: Sized[], available: number, measure?: Measure): string[] {
  const hidden = new Set(columns.filter((each) => each.optional).map((each) => each.id));
  const hide = (candidates: Sized[], width: typeof wanted) => {
    for (const { id } of candidates) {
      const needed = columns.reduce(
        (sum, each) => (hidden.has(each.id) ? sum : sum + width(each, measure)),
        0,
      );
      if (needed <= available) return;
      hidden.add(id);
    }
  };
  const last = [...columns].reverse();
  hide(
    last.filter((each) => each.extra),
    wanted,
  );
  hide(
    last.filter((each) => each.wide).sort((a, b) => (b.wide ?? 0) - (a.wide ?? 0)),
    tight,
  );
  return [...hidden];
}

/** Widths that fill the table: words grow first, so that the last figure does not drift off to the edge. */
export function fittedWidths(columns: Sized[], available: number, measure?: Measure): Record<string, number> {
  const fits = columns.reduce((total, each) => total + wanted(each, measure), 0) <= available;
  const start = fits ? wanted : tight;
  const widths = new Map(columns.map((each) => [each.id, Math.ceil(start(each, measure))]));
  const sum = () => [...widths.values()].reduce((total, width) => total + width, 0);
  const grow = (chosen: Sized[], limit: number) => {
    const room = chosen.reduce((total, each) => total + (widths.get(each.id) ?? 0), 0);
    const factor = Math.min(limit, 1 + Math.max(0, available - sum()) / Math.max(1, room));
    for (const { id } of chosen) widths.set(id, Math.floor((widths.get(id) ?? 0) * factor));
  };
  grow(
    columns.filter((each) => !each.numeric && !each.fixed),
    WORDS_GROW,
  );
  grow(
    columns.filter((each) => !each.fixed),
    Number.POSITIVE_INFINITY,
  );
  return Object.fromEntries(widths);
}
