import { useMemo } from "react";
import { useParams } from "react-router";
import type { GroupRow } from "~/contract/types";
import { tag } from "~/shared/api";
import { NONE } from "~/shared/format";
import { LagCell } from "~/shared/LagCell";
import { NameLink } from "~/shared/NameLink";
import { paths } from "~/shared/paths";
import { GroupStateIndicator } from "~/shared/state";
import { type Column, ResourceTable } from "~/shared/table/ResourceTable";
import { useListState } from "~/shared/table/useListState";
import { useGroupsView } from "~/shared/table/useView";
import { type Translate, useT } from "~/shared/text";
import { GroupPeek } from "./GroupPeek";
import { texts } from "./texts";

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
  const list = useListState("groups", { sort: "lag", descending: true });
  const { query, sort, descending, page, page_size: size } = list.state;
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
      filter={{ value: query, onChange: list.setQuery, placeholder: t(texts.find) }}
      sort={{ by: sort, descending, onChange: list.setSort }}
      paging={{ page, size, onChange: list.setPage, onSize: list.setSize }}
      peek={(row) => ({ header: row.name, content: <GroupPeek cluster={cluster} row={row} /> })}
    />
  );
}
