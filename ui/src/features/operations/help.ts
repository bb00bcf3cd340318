import { defineHelp } from "~/shared/help";

export const operationsHelp = defineHelp({
  title: { en: "Operations", ko: "작업" },
  body: {
    en: "Everything that changed the cluster, from this window or from the command line: what, when, by whom, with which end.",
    ko: "이 창이나 명령줄에서 클러스터를 변경한 모든 작업의 내용, 시각, 주체, 결과를 보여 줍니다.",
  },
  points: [
    {
      term: { en: "Steps", ko: "단계" },
      text: {
        en: "What was done one after the other, and where it failed.",
        ko: "차례로 수행한 단계와 실패한 지점입니다.",
      },
    },
    {
      term: { en: "By Weir", ko: "Weir" },
      text: {
        en: "Nobody asked: an engine that died was started again.",
        ko: "요청 없이 종료된 엔진을 다시 시작한 작업입니다.",
      },
    },
    {
      term: { en: "Command", ko: "명령" },
      text: {
        en: "The command line that does the same, for a script.",
        ko: "스크립트에서 동일한 작업을 하는 명령입니다.",
      },
    },
  ],
});
