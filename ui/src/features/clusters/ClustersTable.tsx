import Badge from "@cloudscape-design/components/badge";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useMemo, useState } from "react";
import { useNavigate } from "react-router";
import type { ClusterRow } from "~/contract/types";
import { CopyButton } from "~/shared/CopyButton";
import { count, middle, NONE } from "~/shared/format";
import { NameLink } from "~/shared/NameLink";
import { paths } from "~/shared/paths";
import { ClusterHealth, ClusterStateInList, clusterStateWords, noBrokerRuns } from "~/shared/state";
import { type Column, ResourceTable } from "~/shared/table/ResourceTable";
import { useListState } from "~/shared/table/useListState";
import { type Translate, useT } from "~/shared/text";
import { ClusterActions } from "./ClusterActions";
import { ClusterPeek } from "./ClusterPeek";
import { LastOperation } from "./LastOperation";
import { texts } from "./texts";

function columns(t: Translate): Column<ClusterRow>[] {
  return [
    {
      id: "name",
      header: t(texts.name),
      cell: (row) => <Name row={row} />,
      rowHeader: true,
      width: 200,
      sort: "name",
    },
    {
      id: "state",
      header: t(texts.state),
      cell: (row) => (
        <span className="weir-inline">
          <ClusterStateInList cluster={row} />
          <ClusterHealth cluster={row} />
        </span>
      ),
      words: clusterStateWords(t),
      sign: true,
      width: 220,
    },
    { id: "engine", header: t(texts.engine), cell: (row) => row.engine, width: 110, extra: true },
    {
      id: "version",
      header: t(texts.version),
      cell: (row) => row.version ?? NONE,
      width: 100,
      optional: true,
    },
    { id: "brokers", header: t(texts.brokers), cell: (row) => brokers(row), numeric: true, width: 85 },
    {
      id: "topics",
      header: t(texts.topics),
      cell: (row) => known(row, row.topics),
      numeric: true,
      width: 80,
      wide: 2,
    },
    {
      id: "partitions",
      header: t(texts.partitions),
      cell: (row) => known(row, row.partitions),
      numeric: true,
      width: 100,
      extra: true,
    },
    {
      id: "lag",
      header: t(texts.maxLag),
      cell: (row) => (noBrokerRuns(row) ? NONE : known(row, row.max_lag)),
      numeric: true,
      width: 90,
      wide: 1,
    },
    {
      id: "bootstrap",
      header: t(texts.bootstrap),
      cell: (row) => <Bootstrap row={row} />,
      width: 225,
      minWidth: 215,
      wide: 3,
    },
    {
      id: "operation",
      header: t(texts.lastOperation),
      cell: (row) => <LastOperation row={row} />,
      width: 220,
      optional: true,
    },
  ];
}

/** Of a cluster that does not answer, what it had at its last answer says nothing of now. */
function known(row: ClusterRow, figure: Parameters<typeof count>[0]): string {
  return row.state === "UNREACHABLE" ? NONE : count(figure);
}

function brokers(row: ClusterRow): string {
  if (row.brokers_total === null || row.state === "UNREACHABLE") return NONE;
  return row.brokers_online === null || row.brokers_online === row.brokers_total
    ? String(row.brokers_total)
    : `${row.brokers_online}/${row.brokers_total}`;
}

function Name({ row }: { row: ClusterRow }) {
  const t = useT();
  return (
    <span className="weir-inline">
      <NameLink href={paths.cluster(row.id)}>{row.name}</NameLink>
      {row.production ? <Badge color="red">{t(texts.production)}</Badge> : null}
      {row.read_only ? <Badge>{t(texts.readOnly)}</Badge> : null}
    </span>
  );
}

function Bootstrap({ row }: { row: ClusterRow }) {
  const t = useT();
  if (row.bootstrap === "") return <>{NONE}</>;
  const [first, ...others] = row.bootstrap.split(",");
  return (
    <span className="weir-nowrap" title={row.bootstrap}>
      <CopyButton text={row.bootstrap} what={t(texts.bootstrapWhat, { name: row.name })} variant="inline" />{" "}
      <span className="weir-mono">
        {middle(first ?? "", 21)}
        {others.length > 0 ? ` +${others.length}` : ""}
      </span>
    </span>
  );
}

interface ClustersTableProps {
  rows: ClusterRow[] | undefined;
  error: unknown;
  updatedAt: number;
  refreshing: boolean;
  onRefresh: () => void;
}

export function ClustersTable(props: ClustersTableProps) {
  const t = useT();
  const navigate = useNavigate();
  const list = useListState("clusters", { sort: "name" });
  const [selected, setSelected] = useState<string[]>([]);
  const definitions = useMemo(() => columns(t), [t]);
  const { query, descending } = list.state;
  // The same rows as long as they are equal: a table draws them anew for every other array.
  const rows = useMemo(() => {
    const wanted = query.toLowerCase();
    return props.rows
      ?.filter((row) => row.name.toLowerCase().includes(wanted))
      .sort((a, b) => a.name.localeCompare(b.name) * (descending ? -1 : 1));
  }, [props.rows, query, descending]);
  const chosen = props.rows?.find((row) => selected.includes(row.id));
  return (
    <ResourceTable<ClusterRow>
      id="clusters"
      title={t(texts.title)}
      columns={definitions}
      rows={rows}
      rowId={(row) => row.id}
      rowName={(row) => row.name}
      total={rows?.length}
      updatedAt={props.updatedAt || undefined}
      error={props.error}
      onRefresh={props.onRefresh}
      refreshing={props.refreshing}
      empty={{ title: "", hint: "" }}
      filter={{ value: list.state.query, onChange: list.setQuery, placeholder: t(texts.find) }}
      sort={{ by: list.state.sort, descending: list.state.descending, onChange: list.setSort }}
      wrapLines
      peek={(row) => ({ header: row.name, content: <ClusterPeek row={row} /> })}
      selection={{ type: "single", ids: selected, onChange: setSelected }}
      paging={{ page: 1, size: 100, onChange: () => undefined }}
      actions={
        <SpaceBetween direction="horizontal" size="xs">
          <ClusterActions cluster={chosen} />
          <Button onClick={() => navigate(paths.connect)}>{t(texts.connect)}</Button>
          <Button variant="primary" onClick={() => navigate(paths.createCluster)}>
            {t(texts.create)}
          </Button>
        </SpaceBetween>
      }
    />
  );
}
