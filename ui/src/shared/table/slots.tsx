import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import CollectionPreferences from "@cloudscape-design/components/collection-preferences";
import Header from "@cloudscape-design/components/header";
import Pagination from "@cloudscape-design/components/pagination";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { createContext, useContext, useEffect, useState } from "react";
import type { Text } from "~/contract/types";
import { count } from "../format";
import { InfoLink } from "../help";
import { ReadFailure } from "../ReadFailure";
import { useT } from "../text";
import { Updated } from "../time";
import { useSlow } from "../useSlow";
import { Conditions } from "./Conditions";
import { CoreConditions } from "./CoreConditions";
import { FilterInput } from "./FilterInput";
import type { Column, ResourceTableProps } from "./ResourceTable";
import { SlowNotice } from "./SlowNotice";
import { texts } from "./texts";

/** What a person chose for this table's looks. */
export interface Saved {
  widths: Record<string, number>;
  hidden: string[] | null;
  order?: string[];
}

// biome-ignore lint/suspicious/noExplicitAny: what surrounds the rows does not look into them.
type TableState = ResourceTableProps<any> & {
  saved: Saved;
  onSaved: (saved: Saved) => void;
  hidden: string[];
  /** Columns that have no room: not shown unless chosen. */
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  folded: Column<any>[];
};

/**
 * What surrounds the rows (header, filter, pages) reads the table's state here and not by props: it may change with
 * every answer while the rows, which cost milliseconds each, are left alone.
 */
export const TableContext = createContext<TableState | null>(null);

function useTable(): TableState {
  const state = useContext(TableContext);
  if (!state) throw new Error("a table's slot outside its table");
  return state;
}

/** Turns only for who pressed it: live pages are asked anew every few seconds, which is no news. */
function Refresh(props: { onRefresh: () => void; refreshing: boolean }) {
  const t = useT();
  const [pressed, setPressed] = useState(false);
  useEffect(() => {
    if (!props.refreshing) setPressed(false);
  }, [props.refreshing]);
  return (
    <Button
      iconName="refresh"
      ariaLabel={t(texts.refresh)}
      loading={pressed && props.refreshing}
      onClick={() => {
        setPressed(true);
        props.onRefresh();
      }}
    />
  );
}

/** Columns that have no room are not shown; that is said, and one press shows them, to be scrolled to. */
function Folded() {
  const t = useT();
  const { columns, folded, saved, onSaved } = useTable();
  if (folded.length === 0) return null;
  const shown = saved.hidden !== null;
  const names = folded.map((column) => column.name ?? column.header).join(", ");
  const optional = columns.filter((column) => column.optional).map((column) => column.id);
  return (
    <button
      type="button"
      className="weir-textbutton"
      title={names}
      onClick={() => onSaved({ ...saved, widths: {}, hidden: shown ? null : optional })}
    >
      {shown ? t(texts.fitColumns) : t(texts.showColumns, { n: folded.length })}
    </button>
  );
}

type Around = Pick<TableState, "filter" | "toolbar" | "paging" | "total">;

/** Whether there is a row of tools over the table: then the gear stands in it, else beside the actions. */
export function hasTools({ filter, toolbar }: Around): boolean {
  return Boolean(filter || toolbar);
}

export function pagesOf({ paging, total }: Around): number {
  return paging ? Math.max(1, Math.ceil((total ?? 0) / paging.size)) : 1;
}

export function TableHeader() {
  const props = useTable();
  const t = useT();
  const page = props.variant === undefined || props.variant === "full-page";
  const counter =
    props.counter ??
    (props.total === undefined || props.filter?.value
      ? undefined
      : props.selection?.type === "multi" && props.selection.ids.length > 0
        ? `(${count(props.selection.count ?? props.selection.ids.length)}/${count(props.total)})`
        : `(${count(props.total)})`);
  const added = props.live?.added ?? 0;
  const slow = useSlow(props.rows === undefined && !props.error);
  return (
    <Header
      variant={page ? "awsui-h1-sticky" : (props.headingTag ?? "h2")}
      info={page ? <InfoLink /> : undefined}
      {...(counter ? { counter } : {})}
      description={
        slow ? (
          <SlowNotice onRetry={props.onRefresh} />
        ) : props.description || props.updatedAt || props.folded.length > 0 ? (
          <span className="weir-dots">
            {props.description ? <span>{props.description}</span> : null}
            {props.updatedAt ? (
              <span>
                <Updated at={props.updatedAt} />
              </span>
            ) : null}
            {props.folded.length > 0 ? (
              <span>
                <Folded />
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
            <Refresh onRefresh={props.onRefresh} refreshing={props.refreshing ?? false} />
          ) : null}
          {props.actions}
          {props.paging && !hasTools(props) && pagesOf(props) === 1 ? <TablePreferences /> : null}
        </SpaceBetween>
      }
    >
      {props.title}
    </Header>
  );
}

export function TableFilter() {
  const props = useTable();
  const filter = props.filter;
  return (
    <div>
      {filter || props.toolbar ? (
        <div className="weir-filter-row">
          {filter && props.search ? (
            <CoreConditions
              {...props.search}
              placeholder={filter.placeholder}
              matches={filter.value ? (props.total ?? null) : null}
            />
          ) : filter && props.conditions ? (
            <Conditions
              {...filter}
              {...props.conditions}
              matches={filter.value ? (props.total ?? null) : null}
            />
          ) : filter ? (
            <FilterInput {...filter} matches={filter.value ? (props.total ?? null) : null} />
          ) : null}
          {props.toolbar ? <div className="weir-filter-tools">{props.toolbar}</div> : null}
        </div>
      ) : null}
      {props.note}
      <TableWarnings warnings={props.warnings ?? []} />
    </div>
  );
}

/** What is missing from the rows: a broker that did not answer, a column that could not be read. */
function TableWarnings({ warnings }: { warnings: Text[] }) {
  const t = useT();
  return (
    <div className="weir-table-warnings" role="status">
      {warnings.map((warning) => {
        const text = t.core(warning);
        return (
          <StatusIndicator type="warning" key={text}>
            {text}
          </StatusIndicator>
        );
      })}
    </div>
  );
}

export function TablePages() {
  const table = useTable();
  const { paging } = table;
  const t = useT();
  if (!paging) return null;
  return (
    <Pagination
      currentPageIndex={paging.page}
      pagesCount={pagesOf(table)}
      onChange={({ detail }) => paging.onChange(detail.currentPageIndex)}
      ariaLabels={{
        previousPageLabel: t(texts.firstPage),
        nextPageLabel: t(texts.nextPage),
        pageLabel: (n) => t(texts.pageN, { n }),
      }}
    />
  );
}

export function TablePreferences() {
  const t = useT();
  const { columns, paging, saved, onSaved, hidden } = useTable();
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
        options: columns.map(({ id, header, name, rowHeader }) => ({
          id,
          label: name ?? header,
          alwaysVisible: rowHeader ?? false,
        })),
      }}
      onConfirm={({ detail }) => {
        const display = detail.contentDisplay ?? [];
        onSaved({
          ...saved,
          hidden: display.filter((each) => !each.visible).map((each) => each.id),
          order: display.map((each) => each.id),
        });
        if (detail.pageSize && detail.pageSize !== paging?.size) paging?.onSize?.(detail.pageSize);
      }}
    />
  );
}

export function TableEmpty() {
  const props = useTable();
  const t = useT();
  if (props.error)
    return <ReadFailure error={props.error} {...(props.onRefresh ? { onRetry: props.onRefresh } : {})} />;
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
            {!filtered
              ? props.empty.hint
              : props.conditions || props.search?.filter.conditions
                ? t(texts.noMatchesConditions)
                : t(texts.noMatchesHint, { query: filter?.value })}
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
