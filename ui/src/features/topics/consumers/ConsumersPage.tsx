import { useMemo } from "react";
import { useParams } from "react-router";
import type { GroupRow, TopicDetail } from "~/contract/types";
import { tag, useCall } from "~/shared/api";
import { LagCell } from "~/shared/LagCell";
import { NameLink } from "~/shared/NameLink";
import { paths } from "~/shared/paths";
import { GROUP_STATES, GROUP_TYPES, GroupStateIndicator } from "~/shared/state";
import { type Column, ResourceTable } from "~/shared/table/ResourceTable";
import { defineTexts, type Translate, useT } from "~/shared/text";
import { TopicFrame } from "../topic/TopicFrame";

const texts = defineTexts({
  title: { en: "Consumer groups", ko: "컨슈머 그룹" },
  group: { en: "Group", ko: "그룹" },
  state: { en: "State", ko: "상태" },
  type: { en: "Type", ko: "유형" },
  members: { en: "Members", ko: "멤버" },
  lag: { en: "Lag on this topic", ko: "이 토픽의 랙" },
  empty: { en: "Nobody reads this topic", ko: "이 토픽을 읽는 그룹이 없습니다" },
  emptyHint: {
    en: "A group appears here once it subscribes or has committed an offset.",
    ko: "그룹이 구독하거나 오프셋을 커밋하면 여기에 표시됩니다.",
  },
});

function columns(t: Translate, cluster: string, largest: number, total: number): Column<GroupRow>[] {
  return [
    {
      id: "name",
      header: t(texts.group),
      cell: (row) => <NameLink href={paths.group(cluster, row.name)}>{row.name}</NameLink>,
      rowHeader: true,
      width: 280,
    },
    {
      id: "state",
      header: t(texts.state),
      cell: (row) => <GroupStateIndicator state={row.state} />,
      words: GROUP_STATES,
      sign: true,
    },
    { id: "type", header: t(texts.type), cell: (row) => row.type, words: GROUP_TYPES },
    { id: "members", header: t(texts.members), cell: (row) => row.members, numeric: true, width: 110 },
    {
      id: "lag",
      header: t(texts.lag),
      cell: (row) => <LagCell lag={row.lag} reason={row.lag_reason} largest={largest} total={total} />,
      width: 240,
      minWidth: 168,
    },
  ];
}

function Consumers({ topic }: { topic: TopicDetail }) {
  const t = useT();
  const { cluster = "" } = useParams();
  const groups = useCall(
    "topics.consumers",
    { cluster, topic: topic.name },
    { tags: [tag.topic(cluster, topic.name), tag.groups(cluster)] },
  );
  const rows = groups.data?.rows;
  const lags = (rows ?? []).map((row) => Number(row.lag ?? 0));
  const largest = Math.max(1, ...lags);
  const total = lags.reduce((sum, lag) => sum + lag, 0);
  const definitions = useMemo(() => columns(t, cluster, largest, total), [t, cluster, largest, total]);
  return (
    <ResourceTable<GroupRow>
      id="topic-consumers"
      variant="container"
      title={t(texts.title)}
      columns={definitions}
      rows={rows}
      rowId={(row) => row.id}
      rowName={(row) => row.name}
      total={rows?.length}
      error={groups.data ? null : groups.error}
      onRefresh={() => void groups.refetch()}
      refreshing={groups.isFetching}
      empty={{ title: t(texts.empty), hint: t(texts.emptyHint) }}
    />
  );
}

export default function ConsumersPage() {
  return <TopicFrame tab="consumers">{(topic) => <Consumers topic={topic} />}</TopicFrame>;
}
