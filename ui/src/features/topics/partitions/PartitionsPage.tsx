import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useMemo } from "react";
import { useParams } from "react-router";
import type { TopicDetail } from "~/contract/types";
import { ActionButton } from "~/shared/ActionButton";
import { tag, useCall } from "~/shared/api";
import { bytes, count, NONE, offset } from "~/shared/format";
import { HealthIndicator, partitionHealthWords } from "~/shared/state";
import { type Column, ResourceTable } from "~/shared/table/ResourceTable";
import { useListState } from "~/shared/table/useListState";
import { type Translate, useT } from "~/shared/text";
import { TopicFrame } from "../topic/TopicFrame";
import { AddPartitions } from "./AddPartitions";
import { hanging, isMoving, type Row, sizeOf } from "./goesOn";
import { PartitionPeek } from "./PartitionPeek";
import { Brokers, Progress } from "./Replicas";
import { texts } from "./texts";

/** A share of messages above which a sentence says so, where partitions are at least three. */
const UNEVEN_PERCENT = 60;

/** How many transactions are open; one that hangs is a warning. */
function Open({ row }: { row: Row }) {
  const t = useT();
  if (!row.transactions) return <>{NONE}</>;
  if (hanging(row).length === 0) return <>{count(row.transactions.length)}</>;
  return <StatusIndicator type="warning">{t(texts.hangingN, { n: hanging(row).length })}</StatusIndicator>;
}

function stableColumn(t: Translate, open: boolean): Column<Row> {
  return {
    id: "stable",
    header: t(texts.stable),
    note: t(texts.stableNote),
    cell: (row) => offset(row.stable),
    numeric: true,
    width: 130,
    ...(open ? {} : { extra: true }),
  };
}

function transactionsColumn(t: Translate, open: boolean): Column<Row> {
  return {
    id: "transactions",
    header: t(texts.transactions),
    note: t(texts.transactionsNote),
    cell: (row) => <Open row={row} />,
    numeric: true,
    width: 130,
    ...(open ? {} : { extra: true }),
  };
}

/** Of what goes on: nothing is told, nothing is open, or transactions are, which then must be seen. */
type Told = "nothing" | "quiet" | "open";

function toldOf(rows: Row[]): Told {
  if (rows.every((row) => row.stable === undefined)) return "nothing";
  return rows.some((row) => (row.transactions?.length ?? 0) > 0) ? "open" : "quiet";
}

function columns(t: Translate, told: Told): Column<Row>[] {
  const figure = (id: string, header: string, width: number, cell: (row: Row) => string) => ({
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
      width: 100,
      sort: "partition",
    },
    {
      id: "health",
      header: t(texts.health),
      cell: (row) => <HealthIndicator health={row.health} />,
      words: partitionHealthWords(t),
      sign: true,
      sort: "health",
    },
    figure("leader", t(texts.leader), 100, (row) => (row.leader === null ? NONE : String(row.leader))),
    {
      id: "replicas",
      header: t(texts.replicas),
      cell: (row) => (
        <>
          <Brokers row={row} />
          <Progress row={row} />
        </>
      ),
      width: 160,
      minWidth: 152,
    },
    { id: "isr", header: t(texts.isr), cell: (row) => row.isr.join(", ") || NONE, width: 100, extra: true },
    { ...figure("start", t(texts.start), 130, (row) => offset(row.start)), extra: true },
    ...(told === "nothing" ? [] : [stableColumn(t, told === "open")]),
    figure("end", t(texts.end), 130, (row) => offset(row.end)),
    ...(told === "nothing" ? [] : [transactionsColumn(t, told === "open")]),
    { ...figure("messages", t(texts.messages), 130, (row) => count(row.messages)), wide: 1 },
    { ...figure("size", t(texts.size), 110, (row) => bytes(sizeOf(row))), note: t(texts.sizeNote), wide: 1 },
    {
      ...figure("leader_epoch", t(texts.epoch), 130, (row) =>
        row.leader_epoch === null ? NONE : String(row.leader_epoch),
      ),
      optional: true,
    },
  ];
}

/** What a person should know of the partitions shown: what waits for ever, what moves, what is uneven. */
function sentenceOf(t: Translate, rows: Row[], total: number): string | undefined {
  const stuck = rows.find((row) => hanging(row).length > 0);
  if (stuck) return t(texts.hangingSentence, { partition: stuck.partition, offset: stuck.stable ?? NONE });
  const moving = rows.filter(isMoving).length;
  if (moving > 0) return t(texts.moving, { n: moving });
  return unevenSentence(t, rows, total);
}

/** One sentence when one partition holds most of the messages. */
function unevenSentence(t: Translate, rows: Row[], total: number): string | undefined {
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
  const list = useListState("partitions", { sort: "partition" });
  const { sort, descending, page, page_size } = list.state;
  const partitions = useCall(
    "topics.partitions",
    { cluster, topic: topic.name, page, page_size, sort, descending },
    { tags: [tag.topic(cluster, topic.name)], keep: true },
  );
  const rows: Row[] | undefined = partitions.data?.rows;
  const told = toldOf(rows ?? []);
  const definitions = useMemo(() => columns(t, told), [t, told]);
  const bootstrap =
    useCall("clusters.get", { cluster }, { tags: [tag.cluster(cluster)] }).data?.bootstrap ?? "";
  return (
    <>
      <ResourceTable<Row>
        id="partitions"
        variant="container"
        title={t(texts.title)}
        columns={definitions}
        rows={rows}
        rowId={(row) => String(row.partition)}
        rowName={(row) => String(row.partition)}
        total={partitions.data?.total}
        description={rows ? sentenceOf(t, rows, partitions.data?.total ?? 0) : undefined}
        error={partitions.data ? null : partitions.error}
        onRefresh={() => void partitions.refetch()}
        refreshing={partitions.isFetching}
        empty={{ title: t(texts.none), hint: t(texts.noneHint) }}
        sort={{ by: sort, descending, onChange: list.setSort }}
        paging={{ page, size: page_size, onChange: list.setPage, onSize: list.setSize }}
        peek={(row) => ({
          header: t(texts.partitionOf, { topic: topic.name, partition: row.partition }),
          content: <PartitionPeek row={row} bootstrap={bootstrap} topic={topic.name} />,
        })}
        actions={
          <ActionButton permit={topic.permits.add_partitions} onClick={() => list.patch({ add: "1" })}>
            {t(texts.add)}
          </ActionButton>
        }
      />
      {list.params.has("add") ? (
        <AddPartitions cluster={cluster} topic={topic} onDone={() => list.patch({ add: null })} />
      ) : null}
    </>
  );
}

export default function PartitionsPage() {
  return <TopicFrame tab="partitions">{(topic) => <Partitions topic={topic} />}</TopicFrame>;
}
