import { defineHelp } from "~/shared/help";

export const overviewHelp = defineHelp({
  title: { en: "Overview", ko: "개요" },
  body: {
    en: "Is the cluster healthy, and if not, what comes first? When nothing is wrong there is no message above the figures.",
    ko: "클러스터가 정상인지, 아니라면 무엇을 먼저 봐야 하는지 보여 줍니다. 문제가 없으면 수치 위에 메시지가 없습니다.",
  },
  points: [
    {
      term: { en: "Under-replicated", ko: "복제 부족" },
      text: {
        en: "Partitions with a replica that is not in sync. Data is served, with less protection.",
        ko: "동기화되지 않은 레플리카가 있는 파티션입니다. 데이터는 제공되지만 보호 수준이 낮아집니다.",
      },
    },
    {
      term: { en: "Offline", ko: "오프라인" },
      text: {
        en: "Partitions without a leader: they can be neither read nor written.",
        ko: "리더가 없는 파티션으로 읽거나 쓸 수 없습니다.",
      },
    },
    {
      term: { en: "Largest lag", ko: "가장 큰 랙" },
      text: {
        en: "Messages written and not yet committed by the group that is furthest behind.",
        ko: "가장 뒤처진 그룹이 아직 커밋하지 않은 메시지 수입니다.",
      },
    },
    {
      term: { en: "Throughput", ko: "처리량" },
      text: {
        en: "Measured while somebody looks; gaps are times when nobody did.",
        ko: "보는 사람이 있을 때 측정됩니다. 빈 구간은 아무도 보지 않은 시간입니다.",
      },
    },
  ],
});
