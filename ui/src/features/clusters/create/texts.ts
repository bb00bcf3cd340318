import { defineTexts } from "~/shared/text";

export const texts = defineTexts({
  title: { en: "Create cluster", ko: "클러스터 생성" },
  description: {
    en: "A Kafka cluster on this machine, ready in about half a second.",
    ko: "이 컴퓨터에서 약 0.5초 만에 준비되는 Kafka 클러스터입니다.",
  },
  cluster: { en: "Cluster", ko: "클러스터" },
  name: { en: "Name", ko: "이름" },
  nameHint: { en: "Letters, digits, hyphens; up to 64.", ko: "문자, 숫자, 하이픈, 최대 64자." },
  nameMissing: { en: "Give the cluster a name.", ko: "클러스터 이름을 입력하세요." },
  brokers: { en: "Brokers", ko: "브로커" },
  brokersHint: {
    en: "1 to 100. Each has its own ports and rack; together they cost the memory of one.",
    ko: "1~100개. 각각 고유한 포트와 랙을 가지며, 모두 합쳐 한 개의 메모리만 사용합니다.",
  },
  brokersBad: { en: "A whole number from 1 to 100.", ko: "1에서 100 사이의 정수여야 합니다." },
  port: { en: "First port", ko: "첫 번째 포트" },
  portHint: {
    en: "Broker 1 takes it, the others the next ones. Empty: 9092 where free, else the next free block.",
    ko: "브로커 1이 사용하고 나머지는 그다음 포트를 사용합니다. 비워 두면 9092 또는 다음 빈 포트를 사용합니다.",
  },
  portBad: { en: "A whole number from 1024 to 65000.", ko: "1024에서 65000 사이의 정수여야 합니다." },
  optional: { en: "optional", ko: "선택 사항" },
  configs: { en: "Broker configurations", ko: "브로커 구성" },
  configsHint: {
    en: "Under Kafka's names, one KEY=VALUE a line. The rest has the defaults below.",
    ko: "Kafka의 이름으로 한 줄에 KEY=VALUE 하나씩 입력합니다. 나머지는 아래 기본값을 사용합니다.",
  },
  configsExample: {
    en: "num.partitions=6\nlog.dirs=log-0,log-1",
    ko: "num.partitions=6\nlog.dirs=log-0,log-1",
  },
  configsLine: {
    en: "Write KEY=VALUE: “{line}” has no “=”.",
    ko: "KEY=VALUE로 입력하세요. “{line}”에 “=”가 없습니다.",
  },
  sample: { en: "Sample workload", ko: "샘플 워크로드" },
  sampleHint: {
    en: "A small live shop: four topics of JSON, two groups of which one lags, at most 100 messages a second. One action removes it with its data.",
    ko: "작은 실시간 상점입니다. JSON 토픽 4개, 그중 하나가 뒤처진 그룹 2개, 초당 최대 100개의 메시지. 작업 한 번으로 데이터와 함께 제거됩니다.",
  },
  sampleOn: { en: "Start with sample data", ko: "샘플 데이터로 시작" },
  all: { en: "All settings", ko: "모든 설정" },
  allHint: {
    en: "What you get, and what can be changed later.",
    ko: "적용되는 설정과 나중에 변경할 수 있는 항목입니다.",
  },
  setting: { en: "Setting", ko: "설정" },
  value: { en: "Value", ko: "값" },
  later: { en: "Can be changed later", ko: "나중에 변경 가능" },
  yes: { en: "Yes", ko: "예" },
  no: { en: "No", ko: "아니요" },
  loading: { en: "Loading settings", ko: "설정 불러오는 중" },
});
