import StatusIndicator, { type StatusIndicatorProps } from "@cloudscape-design/components/status-indicator";
import type {
  BrokerRow,
  ClusterRow,
  ClusterState,
  Health,
  OperationState,
  Permit,
  TopicRow,
} from "~/contract/types";
import { defineTexts, type Message, type Translate, useT } from "./text";

type Type = StatusIndicatorProps.Type;

const clusterTexts = defineTexts({
  CREATING: { en: "Creating", ko: "생성 중" },
  ACTIVE: { en: "Active", ko: "활성" },
  UPDATING: { en: "Updating", ko: "업데이트 중" },
  HEALING: { en: "Healing", ko: "복구 중" },
  MAINTENANCE: { en: "Maintenance", ko: "유지 관리 중" },
  REBOOTING_BROKER: { en: "Rebooting broker", ko: "브로커 재부팅 중" },
  FAILED: { en: "Failed", ko: "실패" },
  DELETING: { en: "Deleting", ko: "삭제 중" },
  STOPPED: { en: "Stopped", ko: "중지됨" },
  STARTING: { en: "Starting", ko: "시작 중" },
  STOPPING: { en: "Stopping", ko: "중지 중" },
  CONNECTING: { en: "Connecting", ko: "연결 중" },
  CONNECTED: { en: "Connected", ko: "연결됨" },
  PARTLY_REACHABLE: { en: "Partly reachable", ko: "일부 연결됨" },
  UNREACHABLE: { en: "Unreachable", ko: "연결할 수 없음" },
} satisfies Record<ClusterState, Message>);

const CLUSTER_TYPE: Record<ClusterState, Type> = {
  CREATING: "in-progress",
  ACTIVE: "success",
  UPDATING: "in-progress",
  HEALING: "warning",
  MAINTENANCE: "in-progress",
  REBOOTING_BROKER: "in-progress",
  FAILED: "error",
  DELETING: "in-progress",
  STOPPED: "stopped",
  STARTING: "in-progress",
  STOPPING: "in-progress",
  CONNECTING: "loading",
  CONNECTED: "success",
  PARTLY_REACHABLE: "warning",
  UNREACHABLE: "error",
};

/** How a cluster state looks and reads; the table of ui.md. */
export function clusterState(state: ClusterState): { type: Type; text: Message } {
  return { type: CLUSTER_TYPE[state] ?? "info", text: clusterTexts[state] };
}

/** How every state of a cluster reads: what its column has to hold. */
export function clusterStateWords(t: Translate): string[] {
  return Object.values(clusterTexts).map((text) => t(text));
}

/** Why a cluster cannot be started; of one whose files cannot be read, that they must be mended first. */
export function startPermit(
  cluster: Pick<ClusterRow, "state_reason"> & { permits: { start: Permit } },
): Permit {
  const damaged = cluster.state_reason?.id === "reason.damaged" ? cluster.state_reason : null;
  return cluster.permits.start ?? damaged;
}

type Stated = Pick<ClusterRow, "kind" | "state" | "state_reason" | "brokers_online">;

/** A local cluster whose every broker was stopped: it stands, and nothing in it can be read or written. */
export function noBrokerRuns(cluster: Pick<Stated, "kind" | "state" | "brokers_online">): boolean {
  return cluster.kind === "local" && cluster.state === "ACTIVE" && cluster.brokers_online === 0;
}

/** What a state alone does not say: one that goes with a reason is no success, and without a broker it is none at all. */
export function stateType(cluster: Stated): Type {
  if (noBrokerRuns(cluster)) return "error";
  const { type } = clusterState(cluster.state);
  return type === "success" && cluster.state_reason ? "warning" : type;
}

export function ClusterStateIndicator(props: { cluster: Stated; brief?: boolean }) {
  const t = useT();
  const { cluster } = props;
  const { text } = clusterState(cluster.state);
  const name = text ? t(text) : cluster.state;
  const reason = cluster.state_reason && !props.brief ? t.core(cluster.state_reason) : null;
  return (
    <StatusIndicator type={stateType(cluster)}>
      {reason === null ? name : noBrokerRuns(cluster) ? reason : `${name}: ${reason}`}
    </StatusIndicator>
  );
}

/** The same in a list: a long reason is cut after two lines, and read whole on hover and in the row's panel. */
export function ClusterStateInList({ cluster }: { cluster: Stated }) {
  const t = useT();
  const title = cluster.state_reason ? t.core(cluster.state_reason) : undefined;
  return (
    <span className="weir-clamp" title={title}>
      <ClusterStateIndicator cluster={cluster} />
    </span>
  );
}

const partitionTexts = defineTexts({
  offline: {
    en: "{n, plural, one {# partition offline} other {# partitions offline}}",
    ko: "오프라인 파티션 {n, number}개",
  },
  under: { en: "{n} under-replicated", ko: "복제 부족 {n, number}개" },
});

/** What a cluster's state does not tell: partitions that nobody leads or that lack replicas. Nothing where all is well. */
export function ClusterHealth(props: {
  cluster: Pick<
    ClusterRow,
    "kind" | "state" | "brokers_online" | "partitions_offline" | "partitions_under_replicated"
  >;
}) {
  const t = useT();
  // What was known last does not hold, and the state says the worse.
  if (noBrokerRuns(props.cluster)) return null;
  const { partitions_offline: offline, partitions_under_replicated: under } = props.cluster;
  if (offline)
    return <StatusIndicator type="error">{t(partitionTexts.offline, { n: offline })}</StatusIndicator>;
  if (under) return <StatusIndicator type="warning">{t(partitionTexts.under, { n: under })}</StatusIndicator>;
  return null;
}

const healthTexts = defineTexts({
  ok: { en: "In sync", ko: "동기화됨" },
  creating: { en: "Creating", ko: "생성 중" },
  under_replicated: { en: "{n} under-replicated", ko: "복제 부족 {n}" },
  under_min_isr: { en: "{n} below min ISR", ko: "최소 ISR 미달 {n}" },
  offline: { en: "{n} offline", ko: "오프라인 {n}" },
  under_replicated_one: { en: "Under-replicated", ko: "복제 부족" },
  under_min_isr_one: { en: "Below min ISR", ko: "최소 ISR 미달" },
  offline_one: { en: "Offline", ko: "오프라인" },
});
const HEALTH_TYPE: Record<Health, Type> = {
  ok: "success",
  under_replicated: "warning",
  under_min_isr: "error",
  offline: "error",
};

/** Each health, as a list of topics can be filtered by it. */
export function healthWords(t: Translate): { value: Health; label: string }[] {
  return [
    { value: "ok", label: t(healthTexts.ok) },
    { value: "under_replicated", label: t(healthTexts.under_replicated_one) },
    { value: "under_min_isr", label: t(healthTexts.under_min_isr_one) },
    { value: "offline", label: t(healthTexts.offline_one) },
  ];
}

/** How the health of one partition reads: what its column has to hold. */
export function partitionHealthWords(t: Translate): string[] {
  return [...healthWords(t).map(({ label }) => label), t(healthTexts.creating)];
}

/** How the health of a topic reads, with the number of its partitions that are so. */
export function topicHealthWords(t: Translate): string[] {
  const sick = (["under_replicated", "under_min_isr", "offline"] as const).map((each) =>
    t(healthTexts[each], { n: 99 }),
  );
  return [t(healthTexts.ok), ...sick, t(healthTexts.creating)];
}

type Sick = Pick<TopicRow, "health" | "offline" | "under_min_isr" | "under_replicated">;

/** How many partitions of a topic are as its health says. */
export function sickPartitions(topic: Sick): number {
  if (topic.health === "offline") return topic.offline;
  return topic.health === "under_min_isr" ? topic.under_min_isr : topic.under_replicated;
}

interface HealthProps {
  health: Health;
  /** How many partitions of a topic; none when it is about one partition. */
  count?: number;
  creating?: boolean;
}

export function HealthIndicator({ health, count, creating }: HealthProps) {
  const t = useT();
  if (creating) return <StatusIndicator type="in-progress">{t(healthTexts.creating)}</StatusIndicator>;
  const text =
    health === "ok"
      ? t(healthTexts.ok)
      : count === undefined
        ? t(healthTexts[`${health}_one`])
        : t(healthTexts[health], { n: count });
  return <StatusIndicator type={HEALTH_TYPE[health]}>{text}</StatusIndicator>;
}

const brokerTexts = defineTexts({
  online: { en: "Online", ko: "온라인" },
  stopped: { en: "Stopped", ko: "중지됨" },
  killed: { en: "Killed", ko: "강제 종료됨" },
  starting: { en: "Starting", ko: "시작 중" },
  stopping: { en: "Stopping", ko: "중지 중" },
  unknown: { en: "No answer", ko: "응답 없음" },
  removing: { en: "Being removed", ko: "제거 중" },
});
/** How a broker's state reads: one that is being removed serves until everything has moved, which counts more. */
export function brokerStateName(t: Translate, broker: Pick<BrokerRow, "state" | "removing">): string {
  const removing = broker.removing && broker.state === "online";
  return t(removing ? brokerTexts.removing : brokerTexts[broker.state]);
}

export function brokerStateWords(t: Translate): string[] {
  return Object.values(brokerTexts).map((text) => t(text));
}

const BROKER_TYPE: Record<BrokerRow["state"], Type> = {
  online: "success",
  stopped: "stopped",
  killed: "error",
  starting: "in-progress",
  stopping: "in-progress",
  unknown: "error",
};

export function BrokerStateIndicator(props: { broker: Pick<BrokerRow, "state" | "removing"> }) {
  const t = useT();
  const { state, removing } = props.broker;
  const type = removing && state === "online" ? "in-progress" : BROKER_TYPE[state];
  return <StatusIndicator type={type}>{brokerStateName(t, props.broker)}</StatusIndicator>;
}

const operationTexts = defineTexts({
  running: { en: "Running", ko: "실행 중" },
  done: { en: "Done", ko: "완료" },
  failed: { en: "Failed", ko: "실패" },
  partly: { en: "Partly done", ko: "일부 완료" },
  unknown: { en: "Unknown", ko: "알 수 없음" },
});
export function operationStateWords(t: Translate): string[] {
  return Object.values(operationTexts).map((text) => t(text));
}

export const OPERATION_TYPE: Record<OperationState, Type> = {
  running: "in-progress",
  done: "success",
  failed: "error",
  partly: "warning",
  unknown: "warning",
};

export function OperationStateIndicator(props: { state: OperationState }) {
  const t = useT();
  return (
    <StatusIndicator type={OPERATION_TYPE[props.state]}>{t(operationTexts[props.state])}</StatusIndicator>
  );
}

const groupTexts = defineTexts({
  Stable: {
    en: "Every member has its partitions and reads them.",
    ko: "모든 멤버가 파티션을 할당받아 읽고 있습니다.",
  },
  Empty: {
    en: "Nobody is in the group; what it committed is kept until it expires.",
    ko: "그룹에 멤버가 없습니다. 커밋은 만료될 때까지 유지됩니다.",
  },
  PreparingRebalance: {
    en: "The group waits for its members to join again and reads nothing until then. A member that is gone counts until its session timeout has passed, 45 seconds by default.",
    ko: "그룹이 멤버의 재참여를 기다리고 있으며 그때까지 읽지 않습니다. 사라진 멤버는 session timeout(기본 45초)이 지나야 제외됩니다.",
  },
  CompletingRebalance: {
    en: "All members are here; the group waits for the assignment of partitions.",
    ko: "모든 멤버가 참여했으며 파티션 할당을 기다리고 있습니다.",
  },
  Assigning: {
    en: "The coordinator works out who reads which partition.",
    ko: "코디네이터가 파티션 할당을 계산하고 있습니다.",
  },
  Reconciling: {
    en: "Members give up and take over partitions one after another; the others go on reading.",
    ko: "멤버가 파티션을 차례로 넘겨받고 있으며 나머지는 계속 읽습니다.",
  },
  NotReady: {
    en: "The group's internal topics are not there yet, or its topology is not valid.",
    ko: "그룹의 내부 토픽이 아직 없거나 토폴로지가 올바르지 않습니다.",
  },
  Dead: {
    en: "The coordinator does not know the group any more.",
    ko: "코디네이터가 이 그룹을 더 이상 알지 못합니다.",
  },
});

const typeTexts = defineTexts({
  classic: {
    en: "Members share the partitions out among themselves; each partition has one reader.",
    ko: "멤버가 스스로 파티션을 나누며 파티션마다 읽는 멤버가 하나입니다.",
  },
  consumer: {
    en: "The coordinator shares the partitions out (KIP‑848); each partition has one reader.",
    ko: "코디네이터가 파티션을 나누며(KIP‑848) 파티션마다 읽는 멤버가 하나입니다.",
  },
  share: {
    en: "Members share messages, not partitions (KIP‑932); each message is acknowledged by itself.",
    ko: "멤버가 파티션이 아니라 메시지를 나누며(KIP‑932) 메시지마다 확인합니다.",
  },
  streams: {
    en: "A Kafka Streams application: the coordinator shares out its tasks (KIP‑1071).",
    ko: "Kafka Streams 애플리케이션이며 코디네이터가 태스크를 나눕니다(KIP‑1071).",
  },
});

/** What a group of this type does, in a sentence. */
export function groupTypeText(type: string): Message | undefined {
  return typeTexts[type as keyof typeof typeTexts];
}

/** What a group's state means, in a sentence; none for a state that we do not know. */
export function groupStateText(state: string): Message | undefined {
  return groupTexts[state as keyof typeof groupTexts];
}

/** No member reads while its group is in one of these. */
export function isRebalancing(state: string): boolean {
  return state === "PreparingRebalance" || state === "CompletingRebalance";
}

/** Kafka's own words, as filters and addresses have them. */
export const GROUP_STATES = Object.keys(groupTexts);
export const GROUP_TYPES = Object.keys(typeTexts);

const GROUP_TYPE: Record<string, Type> = {
  Stable: "success",
  Empty: "stopped",
  PreparingRebalance: "in-progress",
  CompletingRebalance: "in-progress",
  Assigning: "in-progress",
  Reconciling: "in-progress",
  NotReady: "pending",
  Dead: "error",
};

/** In Kafka's own word whatever the language: who looks it up elsewhere needs that one. */
export function GroupStateIndicator(props: { state: string }) {
  const t = useT();
  const why = groupStateText(props.state);
  return (
    <span title={why ? t(why) : undefined}>
      <StatusIndicator type={GROUP_TYPE[props.state] ?? "info"}>{props.state}</StatusIndicator>
    </span>
  );
}
