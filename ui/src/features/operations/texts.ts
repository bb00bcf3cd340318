import { defineTexts } from "~/shared/text";

export const texts = defineTexts({
  title: { en: "Operations", ko: "작업 기록" },
  find: { en: "Find operations", ko: "작업 찾기" },
  operation: { en: "Operation", ko: "작업" },
  target: { en: "Target", ko: "대상" },
  state: { en: "State", ko: "상태" },
  started: { en: "Started", ko: "시작" },
  took: { en: "Took", ko: "소요 시간" },
  by: { en: "By", ko: "실행" },
  empty: { en: "No operations", ko: "작업 없음" },
  emptyHint: {
    en: "Everything that changes this cluster appears here: what you do, what Weir heals, what the command line runs.",
    ko: "이 클러스터를 변경하는 모든 작업이 여기에 표시됩니다. 사용자의 작업, Weir의 복구, 명령줄 실행이 포함됩니다.",
  },
  steps: { en: "Steps", ko: "단계" },
  changes: { en: "Before and after", ko: "변경 전후" },
  error: { en: "What went wrong", ko: "오류 내용" },
  noSteps: { en: "It was done in one step.", ko: "한 단계로 완료되었습니다." },
});
