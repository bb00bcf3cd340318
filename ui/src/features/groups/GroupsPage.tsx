import { useMemo } from "react";
import { useParams } from "react-router";
import type { GroupRow } from "~/contract/types";
import { tag } from "~/shared/api";
import { NONE } from "~/shared/format";
import { LagCell } from "~/shared/LagCell";
import { NameLink } from "~/shared/NameLink";
import { paths } from "~/shared/paths";
import { GROUP_STATES, GROUP_TYPES, GroupStateIndicator } from "~/shared/state";
import { type Column, ResourceTable } from "~/shared/table/ResourceTable";
import type { CoreProperty } from "~/shared/table/tokens";
import { useFilteredList } from "~/shared/table/useFilteredList";
import { useGroupsView } from "~/shared/table/useView";
import { type Translate, useT } from "~/shared/text";
import { GroupPeek } from "./GroupPeek";
import { texts } from "./texts";

const asIs = (value: string) => ({ value, label: value });

function groupProperties(t: Translate): CoreProperty[] {
  return [
    { key: "state", label: t(texts.state), kind: "word", words: GROUP_STATES.map(asIs) },
    { key: "type", label: t(texts.type), kind: "word", words: GROUP_TYPES.map(asIs) },
    { key: "members", label: t(texts.members), kind: "number" },
    { key: "topics", label: t(texts.topics), kind: "number" },
    { key: "lag", label: t(texts.lag), kind: "number" },
    { key: "coordinator", label: t(texts.coordinator), kind: "number" },
  ];
}

function columns(t: Translate, cluster: string, largest: number, total: number): Column<GroupRow>[] {
  return [
    {
      id: "name",
      header: t(texts.group),
      cell: (row) => <NameLink href={paths.group(cluster, row.name)}>{row.name}</NameLink>,
      sort: "name",
      rowHeader: true,
      width: 260,
    },
    {
      id: "state",
      header: t(texts.state),
      cell: (row) => <GroupStateIndicator state={row.state} />,
      sort: "state",
      width: 190,
      minWidth: 190,
    },
    { id: "type", header: t(texts.type), cell: (row) => row.type, width: 110, wide: 1 },
    {
      id: "members",
      header: t(texts.members),
      cell: (row) => row.members,
      sort: "members",
      numeric: true,
      width: 120,
    },
    {
      id: "topics",
      header: t(texts.topics),
      cell: (row) => row.topics,
      numeric: true,
      width: 95,
      wide: 1,
    },
    {
      id: "lag",
      header: t(texts.lag),
      note: t(texts.lagNote),
      cell: (row) => <LagCell lag={row.lag} reason={row.lag_reason} largest={largest} total={total} />,
      sort: "lag",
      width: 260,
      minWidth: 180,
    },
    {
      id: "coordinator",
      header: t(texts.coordinator),
      cell: (row) => (row.coordinator === null ? NONE : t(texts.broker, { id: row.coordinator })),
      width: 130,
      wide: 1,
    },
  ];
}

export default function GroupsPage() {
  const t = useT();
  const { cluster = "" } = useParams();
  const list = useFilteredList("groups", { sort: "lag", descending: true });
  const { sort, descending, page, page_size: size } = list.state;
  const properties = useMemo(() => groupProperties(t), [t]);
  const view = useGroupsView(cluster, list.state, [tag.groups(cluster)]);
  const lags = (view.rows ?? []).map((row) => Number(row.lag ?? 0));
  const largest = Math.max(1, ...lags);
  const total = lags.reduce((sum, lag) => sum + lag, 0);
  const definitions = useMemo(() => columns(t, cluster, largest, total), [t, cluster, largest, total]);
  return (
    <ResourceTable<GroupRow>
      id="groups"
      title={t(texts.title)}
      columns={definitions}
      rows={view.rows}
      rowId={(row) => row.id}
      rowName={(row) => row.name}
      total={view.total}
      updatedAt={view.updatedAt}
      error={view.error}
      warnings={view.warnings}
      onRefresh={view.refetch}
      refreshing={view.fetching}
      live={view.live}
      empty={{ title: t(texts.empty), hint: t(texts.emptyHint) }}
      filter={{
        value: list.filter.conditions || list.filter.find,
        onChange: list.filter.onClear,
        placeholder: t(texts.find),
      }}
      search={{ filter: list.filter, properties }}
      sort={{ by: sort, descending, onChange: list.setSort }}
      paging={{ page, size, onChange: list.setPage, onSize: list.setSize }}
      peek={(row) => ({ header: row.name, content: <GroupPeek cluster={cluster} row={row} /> })}
    />
  );
}
