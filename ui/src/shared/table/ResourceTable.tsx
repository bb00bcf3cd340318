import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import CollectionPreferences from "@cloudscape-design/components/collection-preferences";
import Header from "@cloudscape-design/components/header";
import Pagination from "@cloudscape-design/components/pagination";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table, { type TableProps } from "@cloudscape-design/components/table";
import { type ReactNode, useMemo } from "react";
import type { Text } from "~/contract/types";
import { ErrorBox } from "../ErrorBox";
import { count } from "../format";
import { useRemembered } from "../storage";
import { useT } from "../text";
import { Updated } from "../time";
import { FilterInput } from "./FilterInput";
import { texts } from "./texts";

export interface Column<Row> {
  id: string;
  header: string;
  cell: (row: Row) => ReactNode;
  /** The core's name of the sort; none means the column cannot be sorted. */
  sort?: string;
  /** Why it cannot be sorted or how old it may be; shown on hover of the header. */
  note?: string;
  numeric?: boolean;
  rowHeader?: boolean;
  width?: number;
  minWidth?: number;
  /** Not shown until chosen in the preferences. */
  optional?: boolean;
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
  sort?: { by: string; descending: boolean; onChange: (by: string, descending: boolean) => void };
  paging?: { page: number; size: number; onChange: (page: number) => void; onSize?: (size: number) => void };
  selection?: { type: "single" | "multi"; ids: string[]; onChange: (ids: string[]) => void };
  /** Rows that vanished or appeared since the order was frozen. */
  live?: { gone: ReadonlySet<string>; added: number; onUpdate: () => void };
  toolbar?: ReactNode;
  wrapLines?: boolean;
  headingTag?: "h1" | "h2" | "h3";
}

interface Saved {
  widths: Record<string, number>;
  hidden: string[] | null;
}

function definitions<Row>(
  columns: Column<Row>[],
  saved: Saved,
  goneOf: (row: Row) => boolean,
): TableProps.ColumnDefinition<Row>[] {
  return columns.map((column) => {
    const cell = (row: Row) => {
      const content = column.cell(row);
      const classes = [column.numeric ? "weir-right" : "", goneOf(row) ? "weir-dim" : ""].join(" ").trim();
      return classes ? <span className={classes}>{content}</span> : content;
    };
    const width = saved.widths[column.id] ?? column.width;
    return {
      id: column.id,
      header: (
        <span className={column.numeric ? "weir-right" : undefined} title={column.note}>
          {column.header}
        </span>
      ),
      ariaLabel: () => column.header,
      cell,
      isRowHeader: column.rowHeader ?? false,
      minWidth: column.minWidth ?? 64,
      ...(width ? { width } : {}),
      ...(column.sort ? { sortingField: column.sort } : {}),
    };
  });
}

/** The product's one table: the core filters, sorts and pages; this shows what it answers. */
export function ResourceTable<Row>(props: ResourceTableProps<Row>) {
  const t = useT();
  const { rows, rowId, selection, paging, live } = props;
  const [saved, setSaved] = useRemembered<Saved>(`table.${props.id}`, { widths: {}, hidden: null });
  const columnDefinitions = useMemo(
    () => definitions(props.columns, saved, (row) => live?.gone.has(rowId(row)) ?? false),
    [props.columns, saved, live?.gone, rowId],
  );
  const hidden = saved.hidden ?? props.columns.filter((each) => each.optional).map((each) => each.id);
  const selected = (rows ?? []).filter((row) => selection?.ids.includes(rowId(row)));
  const sorting = columnDefinitions.find((each) => each.sortingField === props.sort?.by);

  return (
    <Table<Row>
      variant={props.variant ?? "full-page"}
      stickyHeader={props.variant === undefined || props.variant === "full-page"}
      items={rows ?? []}
      trackBy={(row) => rowId(row)}
      loading={rows === undefined && !props.error}
      loadingText={t(texts.loading, { title: props.title })}
      skeleton={{ totalRows: Math.min(paging?.size ?? 5, 10) }}
      columnDefinitions={columnDefinitions}
      columnDisplay={props.columns.map(({ id }) => ({ id, visible: !hidden.includes(id) }))}
      resizableColumns
      wrapLines={props.wrapLines ?? false}
      onColumnWidthsChange={({ detail }) => {
        const widths = Object.fromEntries(
          columnDefinitions.map((each, index) => [each.id ?? "", detail.widths[index] ?? 0]),
        );
        setSaved({ ...saved, widths });
      }}
      enableKeyboardNavigation
      {...(selection
        ? {
            selectionType: selection.type,
            selectedItems: selected,
            onSelectionChange: ({ detail }) => selection.onChange(detail.selectedItems.map(rowId)),
          }
        : {})}
      {...(sorting ? { sortingColumn: sorting, sortingDescending: props.sort?.descending ?? false } : {})}
      sortingDisabled={props.sort === undefined}
      onSortingChange={({ detail }) =>
        props.sort?.onChange(detail.sortingColumn.sortingField ?? "", detail.isDescending ?? false)
      }
      ariaLabels={{
        tableLabel: props.title,
        selectionGroupLabel: t(texts.selectGroup),
        allItemsSelectionLabel: () => t(texts.selectAll),
        itemSelectionLabel: (_data, row) => t(texts.select, { name: props.rowName(row) }),
      }}
      {...(paging && props.total !== undefined
        ? { totalItemsCount: props.total, firstIndex: (paging.page - 1) * paging.size + 1 }
        : {})}
      renderAriaLive={({ firstIndex, lastIndex, totalItemsCount }) =>
        t(texts.live, { from: firstIndex, to: lastIndex, total: totalItemsCount ?? lastIndex })
      }
      header={<TableHeader {...props} />}
      filter={props.filter || props.toolbar ? <TableFilter {...props} /> : undefined}
      pagination={<TablePages {...props} />}
      preferences={
        props.paging ? <TablePreferences {...props} saved={saved} onSaved={setSaved} /> : undefined
      }
      empty={<TableEmpty {...props} />}
    />
  );
}

function TableHeader<Row>(props: ResourceTableProps<Row>) {
  const t = useT();
  const page = props.variant === undefined || props.variant === "full-page";
  const counter =
    props.counter ??
    (props.total === undefined || props.filter?.value
      ? undefined
      : props.selection?.type === "multi" && props.selection.ids.length > 0
        ? `(${count(props.selection.ids.length)}/${count(props.total)})`
        : `(${count(props.total)})`);
  const added = props.live?.added ?? 0;
  return (
    <Header
      variant={page ? "awsui-h1-sticky" : (props.headingTag ?? "h2")}
      {...(counter ? { counter } : {})}
      description={
        props.description || props.updatedAt ? (
          <span className="weir-dots">
            {props.description ? <span>{props.description}</span> : null}
            {props.updatedAt ? (
              <span>
                <Updated at={props.updatedAt} />
              </span>
            ) : null}
          </span>
        ) : undefined
      }
      actions={
        <SpaceBetween direction="horizontal" size="xs">
          {added > 0 ? (
            <Button variant="normal" iconName="refresh" onClick={props.live?.onUpdate}>
              {t(texts.added, { n: added })}
            </Button>
          ) : null}
          {props.onRefresh ? (
            <Button
              iconName="refresh"
              ariaLabel={t(texts.refresh)}
              loading={props.refreshing ?? false}
              onClick={props.onRefresh}
            />
          ) : null}
          {props.actions}
        </SpaceBetween>
      }
    >
      {props.title}
    </Header>
  );
}

function TableFilter<Row>(props: ResourceTableProps<Row>) {
  const filter = props.filter;
  return (
    <div className="weir-filter-row">
      {filter ? <FilterInput {...filter} matches={filter.value ? (props.total ?? null) : null} /> : null}
      {props.toolbar}
    </div>
  );
}

function TablePages<Row>({ paging, total }: ResourceTableProps<Row>) {
  const t = useT();
  if (!paging) return null;
  return (
    <Pagination
      currentPageIndex={paging.page}
      pagesCount={Math.max(1, Math.ceil((total ?? 0) / paging.size))}
      onChange={({ detail }) => paging.onChange(detail.currentPageIndex)}
      ariaLabels={{
        previousPageLabel: t(texts.firstPage),
        nextPageLabel: t(texts.nextPage),
        pageLabel: (n) => t(texts.pageN, { n }),
      }}
    />
  );
}

function TablePreferences<Row>(
  props: ResourceTableProps<Row> & { saved: Saved; onSaved: (saved: Saved) => void },
) {
  const t = useT();
  const { columns, paging, saved } = props;
  const hidden = saved.hidden ?? columns.filter((each) => each.optional).map((each) => each.id);
  return (
    <CollectionPreferences
      title={t(texts.preferences)}
      confirmLabel={t(texts.confirm)}
      cancelLabel={t(texts.cancel)}
      preferences={{
        ...(paging ? { pageSize: paging.size } : {}),
        contentDisplay: columns.map(({ id }) => ({ id, visible: !hidden.includes(id) })),
      }}
      {...(paging?.onSize
        ? {
            pageSizePreference: {
              title: t(texts.pageSize),
              options: [25, 50, 100].map((value) => ({ value, label: t(texts.rows, { n: value }) })),
            },
          }
        : {})}
      contentDisplayPreference={{
        title: t(texts.columns),
        description: t(texts.columnsHint),
        options: columns.map(({ id, header, rowHeader }) => ({
          id,
          label: header,
          alwaysVisible: rowHeader ?? false,
        })),
      }}
      onConfirm={({ detail }) => {
        props.onSaved({
          ...saved,
          hidden: (detail.contentDisplay ?? []).filter((each) => !each.visible).map((each) => each.id),
        });
        if (detail.pageSize && detail.pageSize !== paging?.size) paging?.onSize?.(detail.pageSize);
      }}
    />
  );
}

function TableEmpty<Row>(props: ResourceTableProps<Row>) {
  const t = useT();
  if (props.error)
    return <ErrorBox error={props.error} {...(props.onRefresh ? { onRetry: props.onRefresh } : {})} />;
  const filter = props.filter;
  const filtered = Boolean(filter?.value);
  return (
    <Box textAlign="center" color="inherit" padding={{ vertical: "m" }}>
      <SpaceBetween size="s">
        <div>
          <Box variant="strong" color="inherit">
            {filtered ? t(texts.noMatches) : props.empty.title}
          </Box>
          <Box variant="p" color="inherit" padding={{ bottom: "n" }}>
            {filtered ? t(texts.noMatchesHint, { query: filter?.value }) : props.empty.hint}
          </Box>
        </div>
        {filtered ? (
          <Button onClick={() => filter?.onChange("")}>{t(texts.clearFilter)}</Button>
        ) : (
          props.empty.action
        )}
      </SpaceBetween>
    </Box>
  );
}
