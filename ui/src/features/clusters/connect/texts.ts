import { defineTexts } from "~/shared/text";

export const texts = defineTexts({
  title: { en: "Connect to a cluster", ko: "클러스터에 연결" },
  description: {
    en: "Any Kafka that this machine reaches: Apache Kafka, Redpanda, Amazon MSK, Strimzi. Plaintext for now.",
    ko: "이 컴퓨터에서 접근할 수 있는 모든 Kafka: Apache Kafka, Redpanda, Amazon MSK, Strimzi. 현재는 평문 연결을 지원합니다.",
  },
  cluster: { en: "Cluster", ko: "클러스터" },
  name: { en: "Name", ko: "이름" },
  nameHint: { en: "How Weir shows it.", ko: "Weir에 표시되는 이름입니다." },
  nameMissing: { en: "Give the connection a name.", ko: "연결 이름을 입력하세요." },
  bootstrap: { en: "Bootstrap address", ko: "부트스트랩 주소" },
  bootstrapHint: {
    en: "HOST:PORT, several with commas.",
    ko: "HOST:PORT 형식, 여러 개는 쉼표로 구분합니다.",
  },
  bootstrapBad: {
    en: "Write HOST:PORT, such as localhost:9092.",
    ko: "localhost:9092와 같이 HOST:PORT 형식으로 입력하세요.",
  },
  readOnly: { en: "Read-only", ko: "읽기 전용" },
  readOnlyHint: {
    en: "Weir refuses everything that changes this cluster.",
    ko: "Weir가 이 클러스터를 변경하는 모든 작업을 거부합니다.",
  },
  production: { en: "Production", ko: "프로덕션" },
  productionHint: {
    en: "A band over every page; deleting always asks for the name.",
    ko: "모든 페이지 위에 띠가 표시되고 삭제할 때 항상 이름을 확인합니다.",
  },
  protect: { en: "Protection", ko: "보호" },
  test: { en: "Test connection", ko: "연결 테스트" },
  testTitle: { en: "Connection test", ko: "연결 테스트" },
  testHint: {
    en: "Each step by name, so that the first that fails tells what to fix. Saving does not need it.",
    ko: "단계별로 확인하므로 처음 실패한 단계에서 무엇을 고칠지 알 수 있습니다. 저장에 필수는 아닙니다.",
  },
  notYet: { en: "Not tested yet.", ko: "아직 테스트하지 않았습니다." },
  testing: { en: "Testing {address}…", ko: "{address} 테스트 중…" },
  dns: { en: "DNS", ko: "DNS" },
  tcp: { en: "TCP", ko: "TCP" },
  api_versions: { en: "API versions", ko: "API 버전" },
  metadata: { en: "Metadata", ko: "메타데이터" },
  advertised: { en: "Advertised address", ko: "알려진 주소" },
  apis: { en: "{n, plural, one {# API} other {# APIs}}", ko: "API {n, number}개" },
  brokers: { en: "{n, plural, one {# broker} other {# brokers}}", ko: "브로커 {n, number}개" },
  submit: { en: "Connect", ko: "연결" },
  toClusters: { en: "All clusters", ko: "모든 클러스터" },
  editTitle: { en: "Edit connection", ko: "연결 편집" },
  editDescription: {
    en: "How Weir calls this cluster, and where it finds it. Favourites and the record of operations stay.",
    ko: "Weir에 표시되는 이름과 클러스터의 주소입니다. 즐겨찾기와 작업 기록은 그대로 유지됩니다.",
  },
  save: { en: "Save changes", ko: "변경 사항 저장" },
  edited: { en: "The connection {name} was changed.", ko: "{name} 연결을 변경했습니다." },
  otherTitle: { en: "Another cluster answers there", ko: "다른 클러스터가 응답합니다" },
  otherBody: {
    en: "Favourites and the record of operations of this connection would go on with the other cluster. To keep both, cancel and connect to it under a name of its own.",
    ko: "이 연결의 즐겨찾기와 작업 기록이 다른 클러스터에 이어집니다. 둘 다 유지하려면 취소하고 다른 이름으로 새로 연결하세요.",
  },
  otherAction: { en: "Use the other cluster", ko: "다른 클러스터 사용" },
  saved: { en: "{name} is connected.", ko: "{name}에 연결되었습니다." },
});
