import { defineHelp } from "~/shared/help";

export const brokersHelp = defineHelp({
  title: { en: "Brokers", ko: "브로커" },
  body: {
    en: "Is one sick, or does one carry more than the others?",
    ko: "문제가 있는 브로커나 부하가 치우친 브로커를 보여 줍니다.",
  },
  points: [
    {
      term: { en: "Stop", ko: "중지" },
      text: {
        en: "As for maintenance: leaders move away first.",
        ko: "점검할 때처럼 리더를 먼저 옮긴 뒤 중지합니다.",
      },
    },
    {
      term: { en: "Kill", ko: "강제 종료" },
      text: {
        en: "As a power cut: the cluster has to notice.",
        ko: "정전처럼 즉시 종료하며 클러스터가 이를 감지해야 합니다.",
      },
    },
    {
      term: { en: "Remove", ko: "제거" },
      text: {
        en: "What it holds moves to others first. Until that is done, “Cancel removal” keeps the broker.",
        ko: "가진 레플리카가 먼저 다른 브로커로 이동합니다. 끝나기 전에는 “제거 취소”로 브로커를 유지할 수 있습니다.",
      },
    },
    {
      term: { en: "Skew", ko: "편차" },
      text: {
        en: "How much more than the mean the busiest broker leads.",
        ko: "가장 바쁜 브로커의 리더 수가 평균보다 얼마나 많은지 나타냅니다.",
      },
    },
    {
      term: { en: "Log dirs", ko: "로그 디렉터리" },
      text: {
        en: "Where a broker keeps its replicas. One of several can be taken offline, as a failed disk, and brought back.",
        ko: "브로커가 레플리카를 보관하는 곳입니다. 여러 개라면 하나를 고장 난 디스크처럼 오프라인으로 전환했다가 되돌릴 수 있습니다.",
      },
    },
    {
      term: { en: "Controller quorum", ko: "컨트롤러 쿼럼" },
      text: {
        en: "Nodes that vote keep the metadata log; observers only read it. One that is behind learns of changes late.",
        ko: "보터가 메타데이터 로그를 관리하고 옵저버는 읽기만 합니다. 뒤처진 노드는 변경 사항을 늦게 알게 됩니다.",
      },
    },
    {
      term: { en: "Controller", ko: "컨트롤러" },
      text: {
        en: "Keeps the cluster's metadata; another takes over when it stops.",
        ko: "클러스터의 메타데이터를 관리하며 중지되면 다른 브로커가 이어받습니다.",
      },
    },
  ],
});
