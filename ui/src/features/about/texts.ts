import { defineTexts } from "~/shared/text";

export const texts = defineTexts({
  title: { en: "About", ko: "Weir 정보" },
  heading: { en: "About Weir", ko: "Weir 정보" },
  tagline: {
    en: "A weir holds a stream at a level and lets you read it. Weir does that for Apache Kafka.",
    ko: "위어(weir)는 물줄기를 일정한 수위로 막아 읽을 수 있게 합니다. Weir는 Apache Kafka에 같은 일을 합니다.",
  },
  version: { en: "Version", ko: "버전" },
  engine: { en: "Built-in engine", ko: "내장 엔진" },
  engineMissing: { en: "Not found", ko: "찾을 수 없음" },
  system: { en: "System", ko: "시스템" },
  started: { en: "Started", ko: "시작 시간" },
  folders: { en: "Folders", ko: "폴더" },
  home: { en: "Home", ko: "홈" },
  logs: { en: "Logs", ko: "로그" },
  data: { en: "Data", ko: "데이터" },
  openLogs: { en: "Open logs", ko: "로그 열기" },
  path: { en: "path", ko: "경로" },
  licences: { en: "Licences", ko: "라이선스" },
  licencesShow: { en: "Show licences", ko: "라이선스 보기" },
  licencesHint: {
    en: "Weir is licensed under Apache-2.0. It contains the following software of others.",
    ko: "Weir는 Apache-2.0 라이선스를 따르며 다음 소프트웨어를 포함합니다.",
  },
  trademark: {
    en: "Apache Kafka is a trademark of the Apache Software Foundation; Weir is not affiliated with it.",
    ko: "Apache Kafka는 Apache Software Foundation의 상표이며 Weir와 제휴 관계가 없습니다.",
  },
  details: { en: "all details", ko: "모든 정보" },
  copyAll: { en: "Copy for a report", ko: "보고용으로 복사" },
});
