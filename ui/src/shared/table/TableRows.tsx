import Table, { type TableProps } from "@cloudscape-design/components/table";
import { memo, useMemo, useRef } from "react";
import { type Translate, useT } from "../text";
import type { Column, ResourceTableProps } from "./ResourceTable";
import {
  hasTools,
  pagesOf,
  type Saved,
  TableEmpty,
  TableFilter,
  TableHeader,
  TablePages,
  TablePreferences,
} from "./slots";
import { texts } from "./texts";
import { fittedWidths, leastWidth } from "./widths";

interface TableRowsProps<Row> {
  table: ResourceTableProps<Row>;
  saved: Saved;
  onSaved: (saved: Saved) => void;
  hidden: string[];
  /** Pixels for the columns. */
  available: number;
}

function definitions<Row>(
  columns: Column<Row>[],
  widths: Record<string, number>,
  goneOf: (row: Row) => boolean,
): TableProps.ColumnDefinition<Row>[] {
  return columns.map((column) => {
    const cell = (row: Row) => {
      const content = column.cell(row);
      const classes = [column.numeric ? "weir-right" : "", goneOf(row) ? "weir-dim" : ""].join(" ").trim();
      return classes ? <span className={classes}>{content}</span> : content;
    };
    const width = widths[column.id];
    return {
      id: column.id,
      header: (
        <span className={column.numeric ? "weir-right" : undefined} title={column.note ?? column.name}>
          {column.header}
        </span>
      ),
      ariaLabel: () => column.name ?? column.header,
      cell,
      isRowHeader: column.rowHeader ?? false,
      minWidth: leastWidth(column),
      ...(width ? { width } : {}),
      ...(column.sort ? { sortingField: column.sort } : {}),
    };
  });
}

function ariaLabels<Row>(
  t: Translate,
  title: string,
  nameOf: (row: Row) => string,
): TableProps.AriaLabels<Row> {
  return {
    tableLabel: title,
    selectionGroupLabel: t(texts.selectGroup),
    allItemsSelectionLabel: () => t(texts.selectAll),
    itemSelectionLabel: (_data, row) => t(texts.select, { name: nameOf(row) }),
  };
}

/** The rows themselves: drawn anew only when rows, columns, selection or order change. Handlers read the latest. */
function Rows<Row>({ table, saved, onSaved, hidden, available }: TableRowsProps<Row>) {
  const t = useT();
  const latest = useRef({ table, saved, onSaved });
  latest.current = { table, saved, onSaved };
  const { rows, selection, paging, live, sort } = table;
  const gone = live?.gone;
  const shown = useMemo(
    () => table.columns.filter((each) => !hidden.includes(each.id)),
    [table.columns, hidden],
  );
  const widths = useMemo(
    () => ({ ...fittedWidths(shown, available), ...saved.widths }),
    [shown, available, saved.widths],
  );
  const columnDefinitions = useMemo(
    () =>
      definitions(
        table.columns,
        widths,
        (row: Row) =>
          (gone?.has(latest.current.table.rowId(row)) ?? false) ||
          (latest.current.table.dimmed?.(row) ?? false),
      ),
    [table.columns, widths, gone],
  );
  const sorting = sort && columnDefinitions.find((each) => each.sortingField === sort.by);
  const names = shown.slice(0, 2).findIndex((each) => each.rowHeader);
  const overflows = shown.reduce((sum, each) => sum + (widths[each.id] ?? 0), 0) > available + 1;
  const page = table.variant === undefined || table.variant === "full-page";
  const tools = hasTools(table);
  const pages = pagesOf(table);
  const onWidths = (widths: readonly number[]) => {
    const named = columnDefinitions.map((each, index) => [each.id ?? "", widths[index] ?? 0] as const);
    const { saved: before, onSaved: save } = latest.current;
    save({ ...before, widths: Object.fromEntries(named.filter(([, width]) => width > 0)) });
  };
  return (
    <Table<Row>
      variant={table.variant ?? "full-page"}
      stickyHeader={page}
      {...(overflows && names >= 0 ? { stickyColumns: { first: names + 1 } } : {})}
      items={rows ?? []}
      trackBy={table.rowId}
      loading={rows === undefined && !table.error}
      loadingText={t(texts.loading, { title: table.title })}
      skeleton={{ totalRows: Math.min(paging?.size ?? 5, 10) }}
      columnDefinitions={columnDefinitions}
      columnDisplay={table.columns.map(({ id }) => ({ id, visible: !hidden.includes(id) }))}
      resizableColumns
      wrapLines={table.wrapLines ?? true}
      onColumnWidthsChange={({ detail }) => onWidths(detail.widths)}
      enableKeyboardNavigation
      {...(selection
        ? {
            selectionType: selection.type,
            selectedItems: (rows ?? []).filter((row) => selection.ids.includes(table.rowId(row))),
            onSelectionChange: ({ detail }) => {
              const { selection: now, rowId } = latest.current.table;
              now?.onChange(detail.selectedItems.map(rowId));
            },
          }
        : {})}
      {...(sorting ? { sortingColumn: sorting, sortingDescending: sort?.descending ?? false } : {})}
      sortingDisabled={sort === undefined}
      onSortingChange={({ detail }) =>
        latest.current.table.sort?.onChange(
          detail.sortingColumn.sortingField ?? "",
          detail.isDescending ?? false,
        )
      }
      ariaLabels={ariaLabels(t, table.title, table.rowName)}
      {...(paging && table.total !== undefined
        ? { totalItemsCount: table.total, firstIndex: (paging.page - 1) * paging.size + 1 }
        : {})}
      renderAriaLive={({ firstIndex, lastIndex, totalItemsCount }) =>
        t(texts.live, { from: firstIndex, to: lastIndex, total: totalItemsCount ?? lastIndex })
      }
      header={<TableHeader />}
      filter={tools || table.warnings?.length ? <TableFilter /> : undefined}
      pagination={pages > 1 ? <TablePages /> : undefined}
      preferences={paging && (tools || pages > 1) ? <TablePreferences /> : undefined}
      empty={<TableEmpty />}
    />
  );
}

/** Everything that the drawn rows depend on; handlers and what surrounds the rows are not among it. */
function drawn<Row>({ table, saved, hidden, available }: TableRowsProps<Row>): unknown[] {
  const { selection, sort, paging, live } = table;
  return [
    table.rows,
    table.columns,
    table.title,
    table.wrapLines,
    table.variant,
    table.total,
    Boolean(table.error),
    Boolean(table.filter || table.toolbar || table.warnings?.length),
    selection?.type,
    selection?.ids.join("\n"),
    sort?.by,
    sort?.descending,
    paging?.page,
    paging?.size,
    live?.gone,
    saved,
    hidden,
    available,
  ];
}

function same<Row>(before: TableRowsProps<Row>, after: TableRowsProps<Row>): boolean {
  const old = drawn(before);
  return drawn(after).every((value, index) => Object.is(value, old[index]));
}

export const TableRows = memo(Rows, same) as typeof Rows;
