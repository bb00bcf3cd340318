import { useMemo, useState } from "react";
import type { GroupDetail, GroupMember, LagRow } from "~/contract/types";
import { compareI64, offset } from "~/shared/format";
import { LagCell } from "~/shared/LagCell";
import { NameLink } from "~/shared/NameLink";
import { paths } from "~/shared/paths";
import { isRebalancing } from "~/shared/state";
import { type Column, ResourceTable } from "~/shared/table/ResourceTable";
import { matches, type Property, read } from "~/shared/table/tokens";
import { type Translate, useT } from "~/shared/text";
import { texts } from "./texts";

const PAGE = 25;
/** So few partitions are seen at a glance. */
const FILTER_FROM = 5;
const placeOf = (row: LagRow) => `${row.topic}-${row.partition}`;

function lagProperties(t: Translate): Property<LagRow>[] {
  return [
    { key: "topic", label: t(texts.topic), of: (row) => row.topic },
    { key: "partition", label: t(texts.partition), of: (row) => String(row.partition) },
    { key: "member", label: t(texts.member), of: (row) => row.client_id ?? "" },
  ];
}

/** Of a share group: its members take messages of a partition in turn. */
function Sharers({ row, members }: { row: LagRow; members: GroupMember[] }) {
  const t = useT();
  const takes = ({ assignment }: GroupMember) =>
    assignment.some(({ topic, partitions }) => topic === row.topic && partitions.includes(row.partition));
  const [first, ...others] = members.filter(takes);
  if (!first) return <span className="weir-soft">{t(texts.unassigned)}</span>;
  return <>{others.length === 0 ? first.client_id : t(texts.sharedBy, { n: others.length + 1 })}</>;
}

/** Who reads the partition; while the group rebalances only who read it until then. */
function Reader({ row, waiting }: { row: LagRow; waiting: boolean }) {
  const t = useT();
  if (row.client_id === null) return <span className="weir-soft">{t(texts.unassigned)}</span>;
  if (!waiting) return <>{row.client_id}</>;
  return <span className="weir-soft">{t(texts.before, { member: row.client_id })}</span>;
}

interface Scale {
  largest: number;
  total: number;
}

function columns(
  t: Translate,
  cluster: string,
  { largest, total }: Scale,
  group: GroupDetail,
): Column<LagRow>[] {
  const waiting = isRebalancing(group.state);
  const isShare = group.type === "share";
  const member: Column<LagRow> = {
    id: "member",
    header: t(texts.member),
    cell: (row) =>
      isShare ? <Sharers row={row} members={group.member_rows} /> : <Reader row={row} waiting={waiting} />,
    width: 180,
  };
  return [
    {
      id: "topic",
      header: t(texts.topic),
      cell: (row) => <NameLink href={paths.topic(cluster, row.topic)}>{row.topic}</NameLink>,
      rowHeader: true,
      width: 200,
      sort: "topic",
    },
    {
      id: "partition",
      header: t(texts.partition),
      cell: (row) => row.partition,
      numeric: true,
      width: 92,
    },
    // Members of a streams group have tasks, and a task may read partitions of several topics.
    ...(group.type === "streams" ? [] : [member]),
    {
      id: "committed",
      header: t(texts.committed),
      cell: (row) =>
        row.committed === null ? (
          <span className="weir-soft">{t(texts.noCommitCell)}</span>
        ) : (
          offset(row.committed)
        ),
      numeric: true,
      width: 125,
    },
    { id: "end", header: t(texts.end), cell: (row) => offset(row.end), numeric: true, width: 125 },
    {
      id: "lag",
      header: t(texts.lag),
      cell: (row) => <LagCell lag={row.lag} reason={row.reason} largest={largest} total={total} />,
      width: 210,
      minWidth: 168,
      sort: "lag",
    },
  ];
}

function order(by: string): (a: LagRow, b: LagRow) => number {
  const byPlace = (a: LagRow, b: LagRow) => a.topic.localeCompare(b.topic) || a.partition - b.partition;
  if (by === "lag") return (a, b) => compareI64(a.lag ?? "-1", b.lag ?? "-1") || -byPlace(a, b);
  return byPlace;
}

/** Lag per partition, the largest bar first seen; order by place unless asked, so that live values do not jump. */
export function LagTable({ cluster, group }: { cluster: string; group: GroupDetail }) {
  const t = useT();
  const [sort, setSort] = useState({ by: "topic", descending: false });
  const [page, setPage] = useState(1);
  const lags = group.lag_rows.map((row) => Number(row.lag ?? 0));
  const largest = Math.max(1, ...lags);
  const total = lags.reduce((sum, lag) => sum + lag, 0);
  const definitions = useMemo(
    () => columns(t, cluster, { largest, total }, group),
    [t, cluster, largest, total, group],
  );
  const [query, setQuery] = useState("");
  const properties = useMemo(() => lagProperties(t), [t]);
  const rows = useMemo(() => {
    const wanted = read(query);
    const found = group.lag_rows.filter((row) => matches(row, wanted, properties, placeOf));
    const sorted = found.sort(order(sort.by));
    return sort.descending ? sorted.reverse() : sorted;
  }, [group.lag_rows, sort, query, properties]);
  const pages = Math.max(1, Math.ceil(rows.length / PAGE));
  const at = Math.min(page, pages);
  return (
    <ResourceTable<LagRow>
      id="group-lag"
      variant="container"
      title={t(texts.partitions)}
      columns={definitions}
      rows={rows.slice((at - 1) * PAGE, at * PAGE)}
      rowId={placeOf}
      rowName={placeOf}
      total={rows.length}
      {...(group.lag_rows.length > FILTER_FROM
        ? {
            filter: { value: query, onChange: setQuery, placeholder: t(texts.findPartitions) },
            conditions: { rows: group.lag_rows, properties },
          }
        : {})}
      empty={{ title: t(texts.noPartitions), hint: t(texts.noPartitionsHint) }}
      sort={{ ...sort, onChange: (by, descending) => setSort({ by, descending }) }}
      {...(pages > 1 ? { paging: { page: at, size: PAGE, onChange: setPage } } : {})}
    />
  );
}
