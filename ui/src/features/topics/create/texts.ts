import { defineTexts } from "~/shared/text";

export const texts = defineTexts({
  details: { en: "Topic details", ko: "토픽 세부 정보" },
  name: { en: "Name", ko: "이름" },
  nameHint: {
    en: "Letters, digits, “.”, “_”, “-”; up to 249.",
    ko: "문자, 숫자, “.”, “_”, “-”, 최대 249자.",
  },
  nameMissing: { en: "Give the topic a name.", ko: "토픽 이름을 입력하세요." },
  partitions: { en: "Partitions", ko: "파티션" },
  partitionsHint: {
    en: "How many consumers of one group can read at once. Can be raised later, never lowered.",
    ko: "한 그룹에서 동시에 읽을 수 있는 컨슈머 수입니다. 나중에 늘릴 수 있지만 줄일 수는 없습니다.",
  },
  partitionsBad: { en: "A whole number from 1 to 10000.", ko: "1에서 10000 사이의 정수여야 합니다." },
  replication: { en: "Replication factor", ko: "복제 팩터" },
  replicationHint: {
    en: "Copies of each partition; at most the {n} brokers.",
    ko: "각 파티션의 사본 수이며 최대 브로커 수({n})입니다.",
  },
  replicationBad: {
    en: "A whole number from 1 to {n}, the number of brokers.",
    ko: "1에서 브로커 수 {n} 사이의 정수여야 합니다.",
  },
  configs: { en: "Configuration", ko: "구성" },
  configsHint: { en: "Only what differs from the default.", ko: "기본값과 다른 항목만 지정합니다." },
  configsNone: { en: "All defaults.", ko: "모두 기본값입니다." },
  add: { en: "Add configuration", ko: "구성 추가" },
  remove: { en: "Remove", ko: "제거" },
  removeOf: { en: "Remove {name}", ko: "{name} 제거" },
  key: { en: "Key", ko: "키" },
  value: { en: "Value", ko: "값" },
  choose: { en: "Choose a key", ko: "키 선택" },
  chooseMissing: { en: "Choose a key or remove the line.", ko: "키를 선택하거나 줄을 제거하세요." },
  default: { en: "Default {value}", ko: "기본값 {value}" },
  created: { en: "Topic {name} created.", ko: "토픽 {name}을(를) 생성했습니다." },
});
