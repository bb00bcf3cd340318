import { defineTexts } from "~/shared/text";

export const texts = defineTexts({
  title: { en: "Partitions", ko: "파티션" },
  partition: { en: "Partition", ko: "파티션" },
  health: { en: "Health", ko: "상태" },
  leader: { en: "Leader", ko: "리더" },
  epoch: { en: "Leader epoch", ko: "리더 에포크" },
  replicas: { en: "Replicas", ko: "레플리카" },
  isr: { en: "ISR", ko: "ISR" },
  start: { en: "Start offset", ko: "시작 오프셋" },
  end: { en: "End offset", ko: "끝 오프셋" },
  messages: { en: "Messages", ko: "메시지" },
  size: { en: "Size", ko: "크기" },
  outOfSync: { en: "Broker {id} is not in sync", ko: "브로커 {id}이(가) 동기화되지 않음" },
  offline: { en: "Broker {id} is offline", ko: "브로커 {id}이(가) 오프라인" },
  share: {
    en: "Partition {partition} holds {percent} % of the messages: keys are spread unevenly.",
    ko: "파티션 {partition}이(가) 메시지의 {percent}%를 가지고 있습니다. 키가 고르게 분산되지 않았습니다.",
  },
  add: { en: "Add partitions", ko: "파티션 추가" },
  addBody: {
    en: "{name} has {n, plural, one {# partition} other {# partitions}}. Existing messages stay where they are; keys may go to other partitions from now on.",
    ko: "{name}에는 파티션이 {n, number}개 있습니다. 기존 메시지는 그대로 유지되지만 앞으로 키가 다른 파티션으로 갈 수 있습니다.",
  },
  total: { en: "New total", ko: "새 전체 개수" },
  totalBad: {
    en: "A whole number above {n}, at most 10000.",
    ko: "{n}보다 크고 10000 이하인 정수여야 합니다.",
  },
  added: { en: "{name} has {n} partitions now.", ko: "{name}의 파티션이 {n}개가 되었습니다." },
  cancel: { en: "Cancel", ko: "취소" },
  none: { en: "No partitions", ko: "파티션 없음" },
  noneHint: { en: "The topic is being created.", ko: "토픽을 생성하는 중입니다." },
});
