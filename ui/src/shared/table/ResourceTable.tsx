import {
  type ReactNode,
  useDeferredValue,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import type { Text } from "~/contract/types";
import { useRemembered } from "../storage";
import { useSlow } from "../useSlow";
import { type CellPlace, focusCell, focusedCell } from "./cellPlace";
import { type Peek, usePeek } from "./peek";
import { type Saved, TableContext } from "./slots";
import { TableRows } from "./TableRows";
import type { CoreProperty, Property } from "./tokens";
import type { CoreFilter } from "./useFilteredList";
import { hiddenByDefault } from "./widths";

export interface Column<Row> {
  id: string;
  header: string;
  cell: (row: Row) => ReactNode;
  /** The core's name of the sort; none means the column cannot be sorted. */
  sort?: string;
  /** Why it cannot be sorted or how old it may be; shown on hover of the header. */
  note?: string;
  /** What the header is called where it is only a sign. */
  name?: string;
  /** Does not take part of the spare room. */
  fixed?: boolean;
  numeric?: boolean;
  rowHeader?: boolean;
  width?: number;
  minWidth?: number;
  /** Not shown until chosen in the preferences. */
  optional?: boolean;
  /** Shown by default only where the table has room for it; the highest goes first. */
  wide?: 1 | 2 | 3;
  /** Shown by default only where there is room to spare, and not missed elsewhere. */
  extra?: boolean;
  /** What it can hold, where these are few short words: they are never cut nor broken. */
  words?: readonly string[];
  /** Before each of these words stands the sign of a state. */
  sign?: boolean;
}

export interface ResourceTableProps<Row> {
  /** Key of the remembered widths, columns and page size. */
  id: string;
  title: string;
  variant?: "full-page" | "container" | "borderless";
  columns: Column<Row>[];
  rows: Row[] | undefined;
  rowId: (row: Row) => string;
  rowName: (row: Row) => string;
  total?: number | undefined;
  counter?: string | undefined;
  description?: ReactNode;
  updatedAt?: number | undefined;
  error?: unknown;
  warnings?: Text[];
  onRefresh?: () => void;
  refreshing?: boolean;
  actions?: ReactNode;
  empty: { title: string; hint: string; action?: ReactNode };
  filter?: { value: string; onChange: (value: string) => void; placeholder: string };
  /** A filter by properties instead, for rows that are all here; `filter.value` holds it as the address does. */
  conditions?: { rows: Row[]; properties: readonly Property<Row>[] };
  /** A filter by properties that the core knows; `filter.value` only says whether something is filtered. */
  search?: { filter: CoreFilter; properties: readonly CoreProperty[] };
  sort?: { by: string; descending: boolean; onChange: (by: string, descending: boolean) => void };
  paging?: { page: number; size: number; onChange: (page: number) => void; onSize?: (size: number) => void };
  selection?: {
    type: "single" | "multi";
    ids: string[];
    onChange: (ids: string[]) => void;
    /** How many are selected, when that is more than the rows of this page. */
    count?: number;
  };
  /** A line under the filter. */
  note?: ReactNode;
  /** Rows that vanished or appeared since the order was frozen. */
  live?: { gone: ReadonlySet<string>; added: number; onUpdate: () => void };
  /** Rows that are shown as they were: dimmed. */
  dimmed?: (row: Row) => boolean;
  toolbar?: ReactNode;
  /** What Space shows of a row in the split panel. */
  peek?: (row: Row) => Peek;
  wrapLines?: boolean;
  headingTag?: "h1" | "h2" | "h3";
}

/** The padding and border of a table inside a container. */
const CONTAINER_PX = 44;
/** The column of checkboxes: as wide as WebKitGTK draws it. */
const SELECTION_PX = 54;
/** Narrower or wider by more than this, the columns are laid out anew. */
const RELAYOUT_PX = 60;
const SCROLLBAR_PX = 16;
const SETTLE_MS = 250;
/** So long rows are awaited before the table is drawn without them: drawing costs more than most answers take. */
const AWAIT_MS = 150;

/** The rows may make the page scroll, and its scrollbar takes room; the last column stretches if it does not come. */
function scrollbarToCome(): number {
  const page = document.documentElement;
  return page.scrollHeight <= page.clientHeight ? SCROLLBAR_PX : 0;
}

/** Width of the table's place: known before the table is drawn, because its columns are laid out only once. */
function useRoom() {
  const node = useRef<HTMLDivElement>(null);
  const [room, setRoom] = useState<number | null>(null);
  const back = useRef<CellPlace | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new layout counts.
  useLayoutEffect(() => {
    if (node.current && back.current) focusCell(node.current, back.current);
    back.current = null;
  }, [room]);
  useLayoutEffect(() => {
    const element = node.current;
    if (!element) return;
    setRoom(element.clientWidth - scrollbarToCome());
    if (typeof ResizeObserver === "undefined") return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const observer = new ResizeObserver(() => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        const now = element.clientWidth;
        // Not while somebody works around the rows: a new layout would take the focus away. Among them it is given back.
        const place = focusedCell(element);
        if (place === null && element.contains(document.activeElement)) return;
        back.current = place;
        setRoom((before) => (before !== null && Math.abs(before - now) < RELAYOUT_PX ? before : now));
      }, SETTLE_MS);
    });
    observer.observe(element);
    return () => {
      clearTimeout(timer);
      observer.disconnect();
    };
  }, []);
  return { node, room };
}

/** Columns in the chosen order; new ones keep their place at the end. */
function ordered<Row>(columns: Column<Row>[], order: string[] | undefined): Column<Row>[] {
  if (!order) return columns;
  const place = (id: string) => (order.includes(id) ? order.indexOf(id) : order.length);
  return [...columns].sort((a, b) => place(a.id) - place(b.id));
}

/** The product's one table: the core filters, sorts and pages; this shows what it answers. */
export function ResourceTable<Row>(props: ResourceTableProps<Row>) {
  const [saved, onSaved] = useRemembered<Saved>(`table.${props.id}`, { widths: {}, hidden: null });
  const { node, room } = useRoom();
  const { columns: given, variant, selection } = props;
  const columns = useMemo(() => ordered(given, saved.order), [given, saved.order]);
  const inside = variant === undefined || variant === "full-page" || variant === "borderless";
  const available = (room ?? 0) - (inside ? 0 : CONTAINER_PX) - (selection ? SELECTION_PX : 0);
  const byDefault = useMemo(() => hiddenByDefault(columns, available), [columns, available]);
  const hidden = saved.hidden ?? byDefault;
  const folded = columns.filter((column) => column.wide && byDefault.includes(column.id));
  const table = { ...props, columns };
  const peek = usePeek(table);
  // Rows are drawn in slices between keystrokes: an answer of the core must not hold up who types into the filter. But
  // not the first ones: every answer that comes meanwhile would begin their drawing anew, on a busy machine for seconds.
  const deferred = useDeferredValue(table);
  // Widths are laid out once: for other room, and for columns that come with what was read, anew.
  const layout = `${room} ${given.map(({ id }) => id).join()}`;
  const drawn = deferred.rows === undefined ? table : deferred;
  // Once drawn it stays: somebody may be typing into its filter.
  const begun = useRef(false);
  const late = useSlow(!begun.current && drawn.rows === undefined, AWAIT_MS);
  const shown = begun.current || late || drawn.rows !== undefined || Boolean(drawn.error);
  useEffect(() => {
    if (shown) begun.current = true;
  }, [shown]);
  return (
    <TableContext value={{ ...table, saved, onSaved, hidden, folded }}>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: keys of the grid inside, which is a table. */}
      <div
        ref={node}
        className="weir-table"
        onKeyDown={peek.onKeyDown}
        onClick={peek.onClick}
        onFocus={peek.onFocus}
      >
        {room === null || !shown ? null : (
          <TableRows
            key={layout}
            table={drawn}
            saved={saved}
            onSaved={onSaved}
            hidden={hidden}
            available={available}
          />
        )}
      </div>
      {peek.panel}
    </TableContext>
  );
}
