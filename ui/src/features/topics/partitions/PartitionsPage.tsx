import { useMemo } from "react";
import { useParams, useSearchParams } from "react-router";
import type { PartitionRow, TopicDetail } from "~/contract/types";
import { ActionButton } from "~/shared/ActionButton";
import { tag, useCall } from "~/shared/api";
import { bytes, count, NONE } from "~/shared/format";
import { HealthIndicator } from "~/shared/state";
import { type Column, ResourceTable } from "~/shared/table/ResourceTable";
import { useListState } from "~/shared/table/useListState";
import { type Translate, useT } from "~/shared/text";
import { TopicFrame } from "../topic/TopicFrame";
import { AddPartitions } from "./AddPartitions";
import { texts } from "./texts";

/** A share of messages above which a sentence says so, where partitions are at least three. */
const UNEVEN_PERCENT = 60;

function Brokers({ row }: { row: PartitionRow }) {
  const t = useT();
  return (
    <span className="weir-brokers">
      {row.replicas.map((id) => {
        const offline = row.offline.includes(id);
        const behind = !row.isr.includes(id);
        const why = offline ? t(texts.offline, { id }) : behind ? t(texts.outOfSync, { id }) : undefined;
        return (
          <span key={id} data-state={offline ? "offline" : behind ? "behind" : "ok"} title={why}>
            {id}
            {why ? <span className="weir-live">{why}</span> : null}
          </span>
        );
      })}
    </span>
  );
}

function columns(t: Translate): Column<PartitionRow>[] {
  const figure = (id: string, header: string, width: number, cell: (row: PartitionRow) => string) => ({
    id,
    header,
    width,
    cell,
    numeric: true,
    sort: id,
  });
  return [
    {
      id: "partition",
      header: t(texts.partition),
      cell: (row) => String(row.partition),
      rowHeader: true,
      width: 110,
      sort: "partition",
    },
    {
      id: "health",
      header: t(texts.health),
      cell: (row) => <HealthIndicator health={row.health} />,
      width: 168,
      sort: "health",
    },
    figure("leader", t(texts.leader), 108, (row) => (row.leader === null ? NONE : String(row.leader))),
    {
      id: "replicas",
      header: t(texts.replicas),
      cell: (row) => <Brokers row={row} />,
      width: 178,
      minWidth: 160,
    },
    { id: "isr", header: t(texts.isr), cell: (row) => row.isr.join(", ") || NONE, width: 110, wide: 3 },
    { ...figure("start", t(texts.start), 130, (row) => row.start ?? NONE), wide: 2 },
    figure("end", t(texts.end), 130, (row) => row.end ?? NONE),
    { ...figure("messages", t(texts.messages), 130, (row) => count(row.messages)), wide: 1 },
    { ...figure("size", t(texts.size), 110, (row) => bytes(row.size)), wide: 1 },
    {
      ...figure("leader_epoch", t(texts.epoch), 130, (row) =>
        row.leader_epoch === null ? NONE : String(row.leader_epoch),
      ),
      optional: true,
    },
  ];
}

/** One sentence when one partition holds most of the messages. */
function unevenSentence(t: Translate, rows: PartitionRow[], total: number): string | undefined {
  if (rows.length < 3 || rows.length !== total) return undefined;
  const all = rows.reduce((sum, row) => sum + Number(row.messages ?? 0), 0);
  const largest = rows.reduce((a, b) => (Number(b.messages ?? 0) > Number(a.messages ?? 0) ? b : a));
  const percent = Math.round((100 * Number(largest.messages ?? 0)) / Math.max(1, all));
  if (all < 100 || percent < UNEVEN_PERCENT) return undefined;
  return t(texts.share, { partition: largest.partition, percent });
}

function Partitions({ topic }: { topic: TopicDetail }) {
  const t = useT();
  const { cluster = "" } = useParams();
  const [search, setSearch] = useSearchParams();
  const list = useListState("partitions", { sort: "partition" });
  const { sort, descending, page, page_size } = list.state;
  const partitions = useCall(
    "topics.partitions",
    { cluster, topic: topic.name, page, page_size, sort, descending },
    { tags: [tag.topic(cluster, topic.name)], keep: true },
  );
  const definitions = useMemo(() => columns(t), [t]);
  return (
    <>
      <ResourceTable<PartitionRow>
        id="partitions"
        variant="container"
        title={t(texts.title)}
        columns={definitions}
        rows={partitions.data?.rows}
        rowId={(row) => String(row.partition)}
        rowName={(row) => String(row.partition)}
        total={partitions.data?.total}
        description={
          partitions.data ? unevenSentence(t, partitions.data.rows, partitions.data.total) : undefined
        }
        error={partitions.data ? null : partitions.error}
        onRefresh={() => void partitions.refetch()}
        refreshing={partitions.isFetching}
        empty={{ title: t(texts.none), hint: t(texts.noneHint) }}
        sort={{ by: sort, descending, onChange: list.setSort }}
        paging={{ page, size: page_size, onChange: list.setPage, onSize: list.setSize }}
        actions={
          <ActionButton
            permit={topic.permits.add_partitions}
            onClick={() => setSearch({ add: "1" }, { replace: true })}
          >
            {t(texts.add)}
          </ActionButton>
        }
      />
      {search.has("add") ? (
        <AddPartitions cluster={cluster} topic={topic} onDone={() => setSearch({}, { replace: true })} />
      ) : null}
    </>
  );
}

export default function PartitionsPage() {
  return <TopicFrame tab="partitions">{(topic) => <Partitions topic={topic} />}</TopicFrame>;
}
