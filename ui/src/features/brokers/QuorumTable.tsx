import Badge from "@cloudscape-design/components/badge";
import { useMemo, useState } from "react";
import { tag, useCall } from "~/shared/api";
import { count, NONE } from "~/shared/format";
import { type Column, ResourceTable } from "~/shared/table/ResourceTable";
import { type Translate, useT } from "~/shared/text";
import { Ago } from "~/shared/time";
import { type QuorumRow, quorumRows } from "./quorum";
import { texts } from "./texts";

const ROLE = { leader: texts.quorumLeader, follower: texts.quorumFollower, observer: texts.quorumObserver };

function Role({ role }: { role: QuorumRow["role"] }) {
  const t = useT();
  return role === "leader" ? <Badge color="blue">{t(ROLE.leader)}</Badge> : <span>{t(ROLE[role])}</span>;
}

function columns(t: Translate): Column<QuorumRow>[] {
  return [
    {
      id: "id",
      header: t(texts.quorumNode),
      cell: (row) => <b>{row.replica_id}</b>,
      rowHeader: true,
      width: 120,
    },
    { id: "role", header: t(texts.role), cell: (row) => <Role role={row.role} />, width: 110, minWidth: 110 },
    {
      id: "end",
      header: t(texts.quorumEnd),
      cell: (row) => (row.behind === null ? NONE : row.log_end_offset),
      numeric: true,
      width: 150,
    },
    {
      id: "behind",
      header: t(texts.quorumBehind),
      note: t(texts.quorumBehindNote),
      cell: (row) => (row.behind === null ? NONE : count(row.behind.toString())),
      numeric: true,
      width: 120,
    },
    {
      id: "fetch",
      header: t(texts.quorumFetch),
      cell: (row) => <Ago at={row.last_fetch_ms} />,
      width: 130,
      extra: true,
    },
    {
      id: "caught",
      header: t(texts.quorumCaughtUp),
      cell: (row) => <Ago at={row.last_caught_up_ms} />,
      width: 130,
      extra: true,
    },
  ];
}

const PAGE = 25;

/** Who keeps the cluster's metadata, and whether all have it. */
export function QuorumTable({ cluster }: { cluster: string }) {
  const t = useT();
  const quorum = useCall("brokers.quorum", { cluster }, { tags: [tag.brokers(cluster)] });
  const definitions = useMemo(() => columns(t), [t]);
  const data = quorum.data;
  const all = useMemo(() => (data ? quorumRows(data) : undefined), [data]);
  const [page, setPage] = useState(1);
  const at = Math.min(page, Math.max(1, Math.ceil((all?.length ?? 0) / PAGE)));
  const rows = useMemo(() => all?.slice((at - 1) * PAGE, at * PAGE), [all, at]);
  return (
    <ResourceTable<QuorumRow>
      id="quorum"
      variant="container"
      title={t(texts.quorum)}
      columns={definitions}
      rows={rows}
      rowId={(row) => String(row.replica_id)}
      rowName={(row) => String(row.replica_id)}
      total={all?.length}
      {...((all?.length ?? 0) > PAGE ? { paging: { page: at, size: PAGE, onChange: setPage } } : {})}
      description={
        data
          ? t(texts.quorumFacts, {
              leader: data.leader_id,
              epoch: data.leader_epoch,
              offset: data.high_watermark,
            })
          : undefined
      }
      error={data ? null : quorum.error}
      onRefresh={() => void quorum.refetch()}
      refreshing={quorum.isFetching}
      empty={{ title: t(texts.quorumNone), hint: t(texts.quorumNoneHint) }}
    />
  );
}
