import Badge from "@cloudscape-design/components/badge";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useMemo, useState } from "react";
import { useParams } from "react-router";
import type { BrokerRow } from "~/contract/types";
import { tag, useCall } from "~/shared/api";
import { bytes, compareI64, count, NONE } from "~/shared/format";
import { BrokerStateIndicator, brokerStateName, brokerStateWords } from "~/shared/state";
import { type Column, ResourceTable } from "~/shared/table/ResourceTable";
import { matches, type Property, read } from "~/shared/table/tokens";
import { useListState } from "~/shared/table/useListState";
import { type Translate, useT } from "~/shared/text";
import { AddBroker } from "./AddBroker";
import { BrokerActions } from "./BrokerActions";
import { BrokerPeek } from "./BrokerPeek";
import { LogDirsTable } from "./LogDirsTable";
import { QuorumTable } from "./QuorumTable";
import { texts } from "./texts";

/** Where no broker leads the controllers the column would say nothing: they are nodes of their own. */
function shownColumns(t: Translate, leads: boolean): Column<BrokerRow>[] {
  return columns(t).filter((column) => leads || column.id !== "role");
}

function columns(t: Translate): Column<BrokerRow>[] {
  const figure = (id: string, header: string, width: number, cell: (row: BrokerRow) => string) => ({
    id,
    header,
    width,
    cell,
    numeric: true,
    sort: id,
  });
  return [
    { id: "id", header: t(texts.id), cell: (row) => <b>{row.id}</b>, rowHeader: true, width: 80, sort: "id" },
    {
      id: "state",
      header: t(texts.state),
      cell: (row) => <BrokerStateIndicator broker={row} />,
      words: brokerStateWords(t),
      sign: true,
      sort: "state",
    },
    {
      id: "role",
      header: t(texts.role),
      cell: (row) => (row.controller ? <Badge color="blue">{t(texts.controller)}</Badge> : NONE),
      width: 116,
      minWidth: 116,
    },
    {
      id: "address",
      header: t(texts.address),
      cell: (row) => <span className="weir-mono">{addressOf(row)}</span>,
      width: 170,
      minWidth: 170,
      wide: 3,
    },
    {
      id: "rack",
      header: t(texts.rack),
      cell: (row) => row.rack ?? NONE,
      width: 90,
      minWidth: 90,
      sort: "rack",
      wide: 2,
    },
    figure("leaders", t(texts.leaders), 90, (row) => count(row.leaders)),
    { ...figure("replicas", t(texts.replicas), 90, (row) => count(row.replicas)), wide: 1 },
    { ...figure("under", t(texts.under), 140, (row) => count(row.under_replicated)), extra: true },
    {
      ...figure("size", t(texts.size), 92, (row) => (row.state === "online" ? bytes(row.size) : NONE)),
      note: t(texts.sizeNote),
    },
    {
      id: "version",
      header: t(texts.version),
      cell: (row) => row.version ?? NONE,
      width: 110,
      optional: true,
    },
  ];
}

/** So few brokers are seen at a glance. */
const FILTER_FROM = 5;

function brokerProperties(t: Translate): Property<BrokerRow>[] {
  return [
    { key: "state", label: t(texts.state), of: (row) => brokerStateName(t, row) },
    { key: "rack", label: t(texts.rack), of: (row) => row.rack ?? "" },
    { key: "address", label: t(texts.address), of: addressOf },
  ];
}

const addressOf = (row: BrokerRow) => `${row.host}:${row.port}`;
const nameOf = (row: BrokerRow) => String(row.id);

/** By one column, then by id: ids are numbers, also where they are read as words. */
function order(t: Translate, by: string): (a: BrokerRow, b: BrokerRow) => number {
  const byId = (a: BrokerRow, b: BrokerRow) => a.id - b.id;
  switch (by) {
    case "state":
      return (a, b) => brokerStateName(t, a).localeCompare(brokerStateName(t, b)) || byId(a, b);
    case "rack":
      return (a, b) => (a.rack ?? "").localeCompare(b.rack ?? "") || byId(a, b);
    case "leaders":
      return (a, b) => a.leaders - b.leaders || byId(a, b);
    case "replicas":
      return (a, b) => a.replicas - b.replicas || byId(a, b);
    case "under":
      return (a, b) => a.under_replicated - b.under_replicated || byId(a, b);
    case "size":
      return (a, b) => compareI64(a.size ?? "-1", b.size ?? "-1") || byId(a, b);
    default:
      return byId;
  }
}

/** What the filter and the order leave of the brokers, and the page of them that is shown. */
function useShown(t: Translate, all: BrokerRow[] | undefined, list: ReturnType<typeof useListState>) {
  const { query, sort, descending, page, page_size: size } = list.state;
  const properties = useMemo(() => brokerProperties(t), [t]);
  const found = useMemo(() => {
    const wanted = read(query);
    const wordsOf = (row: BrokerRow) =>
      [nameOf(row), addressOf(row), row.rack ?? "", brokerStateName(t, row)].join(" ");
    const left = all?.filter((row) => matches(row, wanted, properties, wordsOf)).sort(order(t, sort));
    return descending ? left?.reverse() : left;
  }, [all, query, sort, descending, properties, t]);
  const pages = Math.max(1, Math.ceil((found?.length ?? 0) / size));
  const at = Math.min(page, pages);
  const rows = useMemo(() => found?.slice((at - 1) * size, at * size), [found, at, size]);
  return { rows, total: found?.length, at, properties };
}

function summary(t: Translate, rows: BrokerRow[], skew: number | null): string {
  const online = rows.filter((row) => row.state === "online");
  const mean = online.reduce((sum, row) => sum + row.leaders, 0) / Math.max(1, online.length);
  return [
    t(texts.mean, { n: mean.toFixed(1).replace(/\.0$/, "") }),
    skew === null ? null : t(texts.skew, { n: (100 * skew).toFixed(1).replace(/\.0$/, "") }),
  ]
    .filter(Boolean)
    .join(" · ");
}

export default function BrokersPage() {
  const t = useT();
  const { cluster = "" } = useParams();
  const [selected, setSelected] = useState<string[]>([]);
  const brokers = useCall("brokers.list", { cluster }, { tags: [tag.brokers(cluster)] });
  const rows = brokers.data?.rows;
  const list = useListState("brokers", { sort: "id" });
  const shown = useShown(t, rows, list);
  const { query, sort, descending, page_size: size } = list.state;
  const filtered = query !== "" || (rows?.length ?? 0) > FILTER_FROM;
  const leads = rows?.some((row) => row.controller) ?? false;
  const definitions = useMemo(() => shownColumns(t, leads), [t, leads]);
  const chosen = rows?.find((row) => selected.includes(String(row.id)));
  return (
    <>
      <ResourceTable<BrokerRow>
        id="brokers"
        title={t(texts.title)}
        columns={definitions}
        rows={shown.rows}
        rowId={nameOf}
        rowName={nameOf}
        total={shown.total}
        {...(filtered
          ? {
              filter: { value: query, onChange: list.setQuery, placeholder: t(texts.find) },
              conditions: { rows: rows ?? [], properties: shown.properties },
              paging: { page: shown.at, size, onChange: list.setPage, onSize: list.setSize },
            }
          : {})}
        sort={{ by: sort, descending, onChange: list.setSort }}
        description={rows && rows.length > 0 ? summary(t, rows, brokers.data?.skew ?? null) : undefined}
        updatedAt={brokers.dataUpdatedAt || undefined}
        error={brokers.data ? null : brokers.error}
        warnings={brokers.data?.warnings ?? []}
        onRefresh={() => void brokers.refetch()}
        refreshing={brokers.isFetching}
        empty={{ title: t(texts.empty), hint: t(texts.emptyHint) }}
        selection={{ type: "single", ids: selected, onChange: setSelected }}
        peek={(row) => ({ header: t(texts.broker, { id: row.id }), content: <BrokerPeek row={row} /> })}
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            <BrokerActions cluster={cluster} broker={chosen} />
            {brokers.data ? <AddBroker cluster={cluster} permit={brokers.data.permits.add} /> : null}
          </SpaceBetween>
        }
      />
      {rows && rows.length > 0 ? (
        <div className="weir-below">
          <SpaceBetween size="l">
            <LogDirsTable cluster={cluster} />
            <QuorumTable cluster={cluster} />
          </SpaceBetween>
        </div>
      ) : null}
    </>
  );
}
