import StatusIndicator, { type StatusIndicatorProps } from "@cloudscape-design/components/status-indicator";
import type { BrokerRow, ClusterState, Health, OperationState, Text } from "~/contract/types";
import { defineTexts, type Message, useT } from "./text";

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

export function ClusterStateIndicator(props: { state: ClusterState; reason?: Text | null }) {
  const t = useT();
  const { type, text } = clusterState(props.state);
  const reason = props.reason ? `: ${t.core(props.reason)}` : "";
  return (
    <StatusIndicator type={type}>
      {text ? t(text) : props.state}
      {reason}
    </StatusIndicator>
  );
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
});
const BROKER_TYPE: Record<BrokerRow["state"], Type> = {
  online: "success",
  stopped: "stopped",
  killed: "error",
  starting: "in-progress",
  stopping: "in-progress",
  unknown: "error",
};

export function BrokerStateIndicator(props: { state: BrokerRow["state"] }) {
  const t = useT();
  return <StatusIndicator type={BROKER_TYPE[props.state]}>{t(brokerTexts[props.state])}</StatusIndicator>;
}

const operationTexts = defineTexts({
  running: { en: "Running", ko: "실행 중" },
  done: { en: "Done", ko: "완료" },
  failed: { en: "Failed", ko: "실패" },
  partly: { en: "Partly done", ko: "일부 완료" },
  unknown: { en: "Unknown", ko: "알 수 없음" },
});
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

/** Kafka's own words for a group's state stay Latin in every language. */
const GROUP_TYPE: Record<string, Type> = {
  Stable: "success",
  Empty: "stopped",
  PreparingRebalance: "in-progress",
  CompletingRebalance: "in-progress",
  Assigning: "in-progress",
  Reconciling: "in-progress",
  Dead: "error",
};

export function GroupStateIndicator(props: { state: string }) {
  return <StatusIndicator type={GROUP_TYPE[props.state] ?? "info"}>{props.state}</StatusIndicator>;
}
