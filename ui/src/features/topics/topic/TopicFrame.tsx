import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Tabs from "@cloudscape-design/components/tabs";
import type { ReactNode } from "react";
import { useNavigate, useParams } from "react-router";
import type { TopicDetail } from "~/contract/types";
import { ActionButton } from "~/shared/ActionButton";
import { useAddress } from "~/shared/address";
import { tag, useCall } from "~/shared/api";
import { bytes, count, retention } from "~/shared/format";
import { InfoLink } from "~/shared/help";
import { breakable } from "~/shared/NameLink";
import { PageFailure } from "~/shared/PageFailure";
import { paths, type TopicTab } from "~/shared/paths";
import { ReadOnlyMark } from "~/shared/ReadOnlyMark";
import { HealthIndicator, sickPartitions } from "~/shared/state";
import { defineTexts, type Translate, useT } from "~/shared/text";
import { Warnings } from "~/shared/Warnings";
import { DeleteTopics } from "../DeleteTopics";
import { texts } from "../texts";

const own = defineTexts({
  partitions: { en: "{n, plural, one {# partition} other {# partitions}}", ko: "파티션 {n, number}개" },
  rf: { en: "RF {n}", ko: "RF {n}" },
  minIsr: { en: "min ISR {n}", ko: "최소 ISR {n}" },
  /** More than the replication factor cannot be in sync, and is not asked for. */
  minIsrCapped: { en: "min ISR {n} (set to {set})", ko: "최소 ISR {n}(구성 값 {set})" },
  message: { en: "1 message", ko: "메시지 1개" },
  messages: { en: "{n} messages", ko: "메시지 {n}개" },
  size: { en: "{size} on disk, all replicas", ko: "디스크 {size}(모든 레플리카)" },
  retention: { en: "retention {time}", ko: "보존 {time}" },
  tabs: { en: "Views of the topic", ko: "토픽 보기" },
});

const TABS: [TopicTab, keyof typeof texts][] = [
  ["messages", "messages"],
  ["partitions", "partitions"],
  ["configuration", "configuration"],
  ["consumers", "consumers"],
];

function minIsr(t: Translate, { min_insync: set, replication: n }: TopicDetail): string | null {
  if (set === null) return null;
  return set > n ? t(own.minIsrCapped, { n, set }) : t(own.minIsr, { n: set });
}

function Summary({ topic }: { topic: TopicDetail }) {
  const t = useT();
  const facts = [
    t(own.partitions, { n: topic.partitions }),
    t(own.rf, { n: topic.replication }),
    minIsr(t, topic),
    topic.messages === null
      ? null
      : t(topic.messages === "1" ? own.message : own.messages, { n: count(topic.messages) }),
    topic.size === null ? null : t(own.size, { size: bytes(topic.size) }),
    topic.retention === null ? null : t(own.retention, { time: retention(topic.retention) }),
  ];
  return <span className="weir-num">{facts.filter(Boolean).join(" · ")}</span>;
}

interface TopicFrameProps {
  tab: TopicTab;
  children: (topic: TopicDetail) => ReactNode;
}

/** Name, health and facts of a topic over its tabs; each tab is an address of its own. */
export function TopicFrame({ tab, children }: TopicFrameProps) {
  const t = useT();
  const navigate = useNavigate();
  const { cluster = "", topic: name = "" } = useParams();
  const detail = useCall("topics.get", { cluster, topic: name }, { tags: [tag.topic(cluster, name)] });
  const { params, patch } = useAddress();
  const setDeleting = (open: boolean) => patch({ delete: open ? "1" : null });
  const topic = detail.data;

  if (detail.error && !topic)
    return (
      <PageFailure
        title={name}
        error={detail.error}
        onRetry={() => void detail.refetch()}
        back={{ href: paths.topics(cluster), text: t(texts.allTopics) }}
      />
    );
  return (
    <div className="weir-topic">
      <Header
        variant="h1"
        info={
          <span className="weir-title-info">
            {topic ? (
              <HealthIndicator
                health={topic.health}
                count={sickPartitions(topic)}
                creating={topic.creating}
              />
            ) : null}
            <ReadOnlyMark cluster={cluster} />
            <InfoLink />
          </span>
        }
        description={topic ? <Summary topic={topic} /> : "…"}
        actions={
          topic ? (
            <SpaceBetween direction="horizontal" size="xs">
              <ActionButton
                permit={topic.permits.produce}
                onClick={() => navigate(paths.produce(cluster, name))}
              >
                {t(texts.produce)}
              </ActionButton>
              <TopicActions cluster={cluster} topic={topic} onDelete={() => setDeleting(true)} />
            </SpaceBetween>
          ) : undefined
        }
      >
        {breakable(name)}
      </Header>
      {topic && topic.warnings.length > 0 ? (
        <div className="weir-above">
          <Warnings warnings={topic.warnings} type={topic.offline > 0 ? "error" : "warning"} />
        </div>
      ) : null}
      <Tabs
        ariaLabel={t(own.tabs)}
        activeTabId={tab}
        onChange={({ detail: to }) => navigate(to.activeTabHref ?? "")}
        disableContentPaddings
        tabs={TABS.map(([id, label]) => ({
          id,
          label: t(texts[label]),
          href: paths.topic(cluster, name, id),
          content: id === tab && topic ? <div className="weir-tab">{children(topic)}</div> : null,
        }))}
      />
      {topic && topic.permits.delete === null && params.has("delete") ? (
        <DeleteTopics
          cluster={cluster}
          topics={[topic]}
          onDismiss={() => setDeleting(false)}
          onDone={() => navigate(paths.topics(cluster))}
        />
      ) : null}
    </div>
  );
}

function TopicActions(props: { cluster: string; topic: TopicDetail; onDelete: () => void }) {
  const t = useT();
  const navigate = useNavigate();
  const { cluster, topic, onDelete } = props;
  const why = (permit: TopicDetail["permits"]["delete"]) =>
    permit ? { disabled: true, disabledReason: t.core(permit) } : {};
  return (
    <ButtonDropdown
      items={[
        { id: "configuration", text: t(texts.editConfig), ...why(topic.permits.alter_config) },
        { id: "partitions", text: t(texts.addPartitions), ...why(topic.permits.add_partitions) },
        { id: "delete", text: t(texts.delete), ...why(topic.permits.delete) },
      ]}
      onItemClick={({ detail }) => {
        if (detail.id === "delete") onDelete();
        else if (detail.id === "configuration")
          navigate(`${paths.topic(cluster, topic.name, "configuration")}?edit=1`);
        else navigate(`${paths.topic(cluster, topic.name, "partitions")}?add=1`);
      }}
    >
      {t(texts.actions)}
    </ButtonDropdown>
  );
}
