import { defineHelp } from "~/shared/help";

export const groupsHelp = defineHelp({
  title: { en: "Consumer groups", ko: "컨슈머 그룹" },
  body: {
    en: "Who falls behind? The bar compares the groups of this page.",
    ko: "어떤 그룹이 뒤처지는지 보여 줍니다. 막대는 이 페이지의 그룹을 비교합니다.",
  },
  points: [
    {
      term: { en: "Lag", ko: "랙" },
      text: {
        en: 'Messages written and not yet committed. Never below zero; "-" with a reason where it is not known.',
        ko: '기록되었지만 커밋되지 않은 메시지 수입니다. 음수가 되지 않으며 알 수 없으면 이유와 함께 "-"로 표시됩니다.',
      },
    },
    {
      term: { en: "State", ko: "상태" },
      text: {
        en: "Kafka's own word; hover it for a sentence.",
        ko: "Kafka의 용어이며 마우스를 올리면 설명이 표시됩니다.",
      },
    },
    {
      term: { en: "Type", ko: "유형" },
      text: {
        en: "classic and consumer groups share partitions out, share groups share messages, streams groups share tasks.",
        ko: "classic과 consumer 그룹은 파티션을, share 그룹은 메시지를, streams 그룹은 태스크를 나눕니다.",
      },
    },
    {
      term: { en: "Coordinator", ko: "코디네이터" },
      text: {
        en: "The broker that keeps the group's members and commits.",
        ko: "그룹의 멤버와 커밋을 관리하는 브로커입니다.",
      },
    },
  ],
});

export const groupHelp = defineHelp({
  title: { en: "Consumer group", ko: "컨슈머 그룹" },
  body: {
    en: "Is the lag growing or shrinking, and which partition is it?",
    ko: "랙이 늘고 있는지 줄고 있는지, 어느 파티션인지 보여 줍니다.",
  },
  points: [
    {
      term: { en: "Trend", ko: "추세" },
      text: {
        en: "A line through the last minute, so that one jump does not decide.",
        ko: "지난 1분의 추세선이므로 한 번의 급변에 좌우되지 않습니다.",
      },
    },
    {
      term: { en: "Committed", ko: "커밋됨" },
      text: {
        en: "The offset from which the group goes on after a restart.",
        ko: "그룹이 다시 시작할 때 이어서 읽을 오프셋입니다.",
      },
    },
    {
      term: { en: "Rebalance", ko: "리밸런스" },
      text: {
        en: "Members join again and partitions are shared out anew. A member that died counts until its session timeout has passed.",
        ko: "멤버가 다시 참여하고 파티션을 새로 나눕니다. 중단된 멤버는 session timeout이 지날 때까지 포함됩니다.",
      },
    },
    {
      term: { en: "Reset offsets", ko: "오프셋 재설정" },
      text: {
        en: "Lets the group read again, or skip: to the start, the end, a time, an offset. Only without members; every change is shown first.",
        ko: "처음, 끝, 시각, 오프셋으로 옮겨 다시 읽거나 건너뜁니다. 멤버가 없을 때만 가능하며 변경 내용을 먼저 보여 줍니다.",
      },
    },
    {
      term: { en: "Delete", ko: "삭제" },
      text: {
        en: "Only without members; what the group committed is lost, messages are not.",
        ko: "멤버가 없을 때만 가능합니다. 커밋은 삭제되지만 메시지는 유지됩니다.",
      },
    },
  ],
});
