import { defaultRangeExtractor, type Range, useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, type ReactNode, useEffect, useRef } from "react";

export interface GridColumn<Row> {
  id: string;
  header: ReactNode;
  /** One CSS grid track: "180px", "minmax(120px, 1fr)". */
  track: string;
  numeric?: boolean;
  cell: (row: Row) => ReactNode;
}

interface VirtualGridProps<Row> {
  label: string;
  columns: GridColumn<Row>[];
  count: number;
  rowAt: (index: number) => Row | undefined;
  /** Of all rows, when more exist than are loaded; -1 if unknown. */
  rowCount?: number;
  rowHeight: number;
  height: string;
  active: number;
  onActive: (index: number) => void;
  selectedId: string | null;
  rowId: (row: Row) => string;
  rowLabel: (row: Row) => string;
  onOpen: (row: Row, index: number) => void;
  /** The last rows have come into sight. */
  onEnd?: () => void;
  onScrolled?: (atTop: boolean) => void;
  empty?: ReactNode;
  footer?: ReactNode;
}

/** How far from the end more is asked for. */
const END_ROWS = 20;

/** Keys that move the active row, by how far. */
function step(key: string, page: number, count: number): number | null {
  const steps: Record<string, number> = {
    ArrowDown: 1,
    ArrowUp: -1,
    PageDown: page,
    PageUp: -page,
    Home: -count,
    End: count,
  };
  return steps[key] ?? null;
}

/**
 * Rows by the ten thousand: only those in sight are in the page, except the active one, which stays mounted so
 * that the focus is never lost. One row is in the tab order; arrows move it.
 */
export function VirtualGrid<Row>(props: VirtualGridProps<Row>) {
  const { count, rowHeight, active, columns, onEnd, onScrolled } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 8,
    rangeExtractor: (range: Range) => {
      const indexes = defaultRangeExtractor(range);
      if (active >= 0 && active < count && !indexes.includes(active)) indexes.push(active);
      return indexes.sort((a, b) => a - b);
    },
  });
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (count > 0 && last >= count - END_ROWS) onEnd?.();
  }, [last, count, onEnd]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another density, other heights.
  useEffect(() => virtual.measure(), [rowHeight, virtual]);

  const focusRow = (index: number) => {
    props.onActive(index);
    virtual.scrollToIndex(index);
    requestAnimationFrame(() =>
      scroller.current?.querySelector<HTMLElement>(`[data-index="${index}"]`)?.focus({ preventScroll: true }),
    );
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (count === 0 || event.altKey || event.ctrlKey || event.metaKey) return;
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / rowHeight) - 2);
    const by = step(event.key, page, count);
    const row = props.rowAt(active);
    if (by !== null) focusRow(Math.min(Math.max(active + by, 0), count - 1));
    else if ((event.key === "Enter" || event.key === " ") && row) props.onOpen(row, active);
    else return;
    event.preventDefault();
  };
  const template = columns.map((column) => column.track).join(" ");
  const tabStop = Math.min(Math.max(active, 0), Math.max(0, count - 1));
  return (
    <div
      className="weir-grid"
      role="grid"
      aria-label={props.label}
      aria-rowcount={props.rowCount ?? count + 1}
      aria-colcount={columns.length}
      tabIndex={-1}
      onKeyDown={onKeyDown}
    >
      <div className="weir-grid-head" role="row" aria-rowindex={1} style={{ gridTemplateColumns: template }}>
        {columns.map((column) => (
          <div key={column.id} role="columnheader" data-numeric={column.numeric}>
            {column.header}
          </div>
        ))}
      </div>
      <div
        ref={scroller}
        className="weir-grid-body"
        role="rowgroup"
        style={{ blockSize: props.height }}
        onScroll={(event) => onScrolled?.(event.currentTarget.scrollTop < rowHeight)}
      >
        {count === 0 ? (
          <div role="row">
            <div role="gridcell" className="weir-grid-empty">
              {props.empty}
            </div>
          </div>
        ) : (
          <div role="presentation" style={{ blockSize: virtual.getTotalSize(), position: "relative" }}>
            {items.map((item) => {
              const row = props.rowAt(item.index);
              if (!row) return null;
              return (
                // biome-ignore lint/a11y/useKeyWithClickEvents: the grid handles the keys.
                <div
                  key={props.rowId(row)}
                  role="row"
                  aria-rowindex={item.index + 2}
                  aria-label={props.rowLabel(row)}
                  aria-selected={props.rowId(row) === props.selectedId}
                  data-index={item.index}
                  className="weir-grid-row"
                  tabIndex={item.index === tabStop ? 0 : -1}
                  style={{
                    gridTemplateColumns: template,
                    blockSize: rowHeight,
                    transform: `translateY(${item.start}px)`,
                  }}
                  onFocus={() => props.onActive(item.index)}
                  onClick={() => props.onOpen(row, item.index)}
                >
                  {columns.map((column) => (
                    <div key={column.id} role="gridcell" data-numeric={column.numeric}>
                      {column.cell(row)}
                    </div>
                  ))}
                </div>
              );
            })}
          </div>
        )}
      </div>
      {props.footer ? <div className="weir-grid-foot">{props.footer}</div> : null}
    </div>
  );
}
