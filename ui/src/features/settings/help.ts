import { defineHelp } from "~/shared/help";

export const settingsHelp = defineHelp({
  title: { en: "Settings", ko: "설정" },
  body: {
    en: "Kept in the data folder and shared by every window of it.",
    ko: "데이터 폴더에 저장되며 같은 폴더의 모든 창이 공유합니다.",
  },
  points: [
    {
      term: { en: "Times", ko: "시간" },
      text: {
        en: "Local time or UTC; one click in the top bar does the same.",
        ko: "현지 시간 또는 UTC이며 상단 표시줄에서도 전환할 수 있습니다.",
      },
    },
    {
      term: { en: "Letter shortcuts", ko: "문자 단축키" },
      text: {
        en: "Switch them off when a screen reader or another tool needs the letters.",
        ko: "화면 낭독기나 다른 도구가 문자를 사용해야 하면 끄세요.",
      },
    },
    {
      term: { en: "When the window closes", ko: "창을 닫을 때" },
      text: {
        en: "Clusters run in processes of their own; this decides whether they stop with the window.",
        ko: "클러스터는 별도 프로세스에서 실행됩니다. 창과 함께 중지할지 결정합니다.",
      },
    },
  ],
});
