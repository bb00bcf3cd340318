import ButtonDropdown, { type ButtonDropdownProps } from "@cloudscape-design/components/button-dropdown";
import { useMemo, useState } from "react";
import { useNavigate, useParams } from "react-router";
import type { GroupRow } from "~/contract/types";
import { tag, useCall } from "~/shared/api";
import { NONE } from "~/shared/format";
import { LagCell } from "~/shared/LagCell";
import { RowName } from "~/shared/NameLink";
import { paths } from "~/shared/paths";
import { GROUP_STATES, GROUP_TYPES, GroupStateIndicator } from "~/shared/state";
import { type Column, ResourceTable } from "~/shared/table/ResourceTable";
import type { CoreProperty } from "~/shared/table/tokens";
import { useFilteredList } from "~/shared/table/useFilteredList";
import { useGroupsView } from "~/shared/table/useView";
import { type Message, type Translate, useT } from "~/shared/text";
import { DeleteGroups } from "./DeleteGroups";
import { GroupPeek } from "./GroupPeek";
import { texts as offsets } from "./offsets/texts";
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
      cell: (row) => <RowName href={paths.group(cluster, row.name)} name={row.name} />,
      sort: "name",
      rowHeader: true,
      width: 230,
    },
    {
      id: "state",
      header: t(texts.state),
      cell: (row) => <GroupStateIndicator state={row.state} />,
      sort: "state",
      words: GROUP_STATES,
      sign: true,
    },
    { id: "type", header: t(texts.type), cell: (row) => row.type, words: GROUP_TYPES, wide: 2 },
    {
      id: "members",
      header: t(texts.members),
      cell: (row) => row.members,
      sort: "members",
      numeric: true,
      width: 110,
      wide: 1,
    },
    {
      id: "topics",
      header: t(texts.topics),
      cell: (row) => row.topics,
      numeric: true,
      width: 85,
      wide: 3,
    },
    {
      id: "lag",
      header: t(texts.lag),
      note: t(texts.lagNote),
      cell: (row) => <LagCell lag={row.lag} reason={row.lag_reason} largest={largest} total={total} />,
      sort: "lag",
      width: 200,
      minWidth: 168,
    },
    {
      id: "coordinator",
      header: t(texts.coordinator),
      cell: (row) => (row.coordinator === null ? NONE : t(texts.broker, { id: row.coordinator })),
      width: 116,
      extra: true,
    },
  ];
}

interface GroupsActionsProps {
  cluster: string;
  chosen: GroupRow[];
  /** Why groups cannot be deleted here. */
  refused: string | null;
  onDelete: () => void;
}

function GroupsActions({ cluster, chosen, refused, onDelete }: GroupsActionsProps) {
  const t = useT();
  const navigate = useNavigate();
  const [first] = chosen;
  const item = (id: string, text: Message, reason: string | null): ButtonDropdownProps.Item => ({
    id,
    text: t(text),
    ...(reason ? { disabled: true, disabledReason: reason } : {}),
  });
  const onClick = (id: string) => {
    if (id === "delete") onDelete();
    else if (first) navigate(`${paths.group(cluster, first.name)}?reset=1`);
  };
  return (
    <ButtonDropdown
      disabled={chosen.length === 0}
      disabledReason={t(texts.selectAny)}
      items={[
        item("reset", offsets.reset, chosen.length === 1 ? refused : t(texts.selectOne)),
        item("delete", texts.delete, refused),
      ]}
      onItemClick={({ detail }) => onClick(detail.id)}
    >
      {t(texts.actions)}
    </ButtonDropdown>
  );
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
  const owner = useCall("clusters.get", { cluster }, { tags: [tag.cluster(cluster)] }).data;
  const refused = owner?.permits.delete_group ? t.core(owner.permits.delete_group) : null;
  const [ids, setIds] = useState<string[]>([]);
  const [deleting, setDeleting] = useState(false);
  // What is not seen is not acted upon.
  const chosen = (view.rows ?? []).filter((row) => ids.includes(row.id));
  const table = (
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
      dimmed={(row) => row.last_seen !== null}
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
      selection={{ type: "multi", ids: chosen.map((row) => row.id), count: chosen.length, onChange: setIds }}
      actions={
        <GroupsActions
          cluster={cluster}
          chosen={chosen}
          refused={refused}
          onDelete={() => setDeleting(true)}
        />
      }
    />
  );
  return (
    <>
      {table}
      {deleting && chosen.length > 0 ? (
        <DeleteGroups
          cluster={cluster}
          groups={chosen.map((row) => row.name)}
          production={owner?.production ?? false}
          onDismiss={() => setDeleting(false)}
          onDone={() => {
            setDeleting(false);
            setIds([]);
            view.refetch();
          }}
        />
      ) : null}
    </>
  );
}
