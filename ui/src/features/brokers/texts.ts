import { defineTexts } from "~/shared/text";

export const texts = defineTexts({
  title: { en: "Brokers", ko: "브로커" },
  id: { en: "Broker", ko: "브로커" },
  state: { en: "State", ko: "상태" },
  role: { en: "Role", ko: "역할" },
  controller: { en: "Controller", ko: "컨트롤러" },
  address: { en: "Address", ko: "주소" },
  rack: { en: "Rack", ko: "랙 위치" },
  leaders: { en: "Leaders", ko: "리더" },
  replicas: { en: "Replicas", ko: "레플리카" },
  under: { en: "Under-replicated", ko: "복제 부족" },
  size: { en: "Size", ko: "크기" },
  version: { en: "Version", ko: "버전" },
  actions: { en: "Actions", ko: "작업" },
  select: { en: "Select a broker first.", ko: "먼저 브로커를 선택하세요." },
  start: { en: "Start", ko: "시작" },
  stop: { en: "Stop", ko: "중지" },
  kill: { en: "Kill", ko: "강제 종료" },
  stopTitle: { en: "Stop broker {id}", ko: "브로커 {id} 중지" },
  stopBody: {
    en: "Stop broker <b>{id}</b>? It hands its {leaders, plural, one {# leader} other {# leaders}} to other replicas first; clients reconnect by themselves.",
    ko: "브로커 <b>{id}</b>을(를) 중지할까요? 먼저 리더 {leaders}개를 다른 레플리카로 넘기며 클라이언트는 자동으로 다시 연결됩니다.",
  },
  killTitle: { en: "Kill broker {id}", ko: "브로커 {id} 강제 종료" },
  killBody: {
    en: "Kill broker <b>{id}</b>? As if its machine lost power: connections break at once and its {leaders, plural, one {# leader moves} other {# leaders move}} when the cluster notices.",
    ko: "브로커 <b>{id}</b>을(를) 강제 종료할까요? 전원이 끊긴 것처럼 연결이 즉시 끊어지고, 클러스터가 감지하면 리더 {leaders}개가 이동합니다.",
  },
  lastWarning: {
    en: "Partitions whose only in-sync replica is here will be offline until it starts again.",
    ko: "동기화된 레플리카가 이 브로커에만 있는 파티션은 다시 시작할 때까지 오프라인이 됩니다.",
  },
  mean: { en: "mean {n} leaders a broker", ko: "브로커당 평균 리더 {n}개" },
  skew: { en: "skew {n} %", ko: "편차 {n}%" },
  empty: { en: "No brokers answer", ko: "응답하는 브로커 없음" },
  emptyHint: { en: "Start the cluster to see its brokers.", ko: "클러스터를 시작하면 브로커가 표시됩니다." },
});
