import type { ReactNode } from "react";
import type { Text } from "~/contract/types";
import { useRemembered } from "../storage";
import { type Saved, TableContext } from "./slots";
import { TableRows } from "./TableRows";

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
  /** Shown by default only where the window has room for it. */
  wide?: boolean;
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

const WIDE_PX = 1400;

/** What is not shown until it is chosen: so that the others fit without scrolling sideways. */
export function hiddenByDefault<Row>(columns: Column<Row>[]): string[] {
  const narrow = window.innerWidth < WIDE_PX;
  return columns.filter((each) => each.optional || (narrow && each.wide)).map((each) => each.id);
}

/** The product's one table: the core filters, sorts and pages; this shows what it answers. */
export function ResourceTable<Row>(props: ResourceTableProps<Row>) {
  const [saved, onSaved] = useRemembered<Saved>(`table.${props.id}`, { widths: {}, hidden: null });
  return (
    <TableContext value={{ ...props, saved, onSaved }}>
      <TableRows table={props} saved={saved} onSaved={onSaved} />
    </TableContext>
  );
}
