import { defineHelp } from "~/shared/help";

export const topicsHelp = defineHelp({
  title: { en: "Topics", ko: "토픽" },
  body: {
    en: "Which topics are unhealthy, big, busy? The list keeps its order while values change; new topics wait behind the button.",
    ko: "어떤 토픽이 비정상이거나 크거나 바쁜지 보여 줍니다. 값이 바뀌어도 순서는 유지되며 새 토픽은 버튼 뒤에서 대기합니다.",
  },
  points: [
    {
      term: { en: "Health", ko: "복제 상태" },
      text: { en: "The worst partition decides.", ko: "가장 나쁜 파티션이 결정합니다." },
    },
    {
      term: { en: "RF", ko: "RF" },
      text: {
        en: "Replication factor: how many brokers hold a copy of each partition.",
        ko: "복제 팩터: 각 파티션의 사본을 가진 브로커 수입니다.",
      },
    },
    {
      term: { en: "Messages", ko: "메시지" },
      text: {
        en: "From the offsets, an upper bound: compaction and transactions leave gaps.",
        ko: "오프셋으로 계산한 최댓값입니다. 컴팩션과 트랜잭션은 빈 오프셋을 남깁니다.",
      },
    },
    {
      term: { en: "Size", ko: "크기" },
      text: {
        en: "Of all replicas, as the brokers report their log directories.",
        ko: "브로커가 보고한 로그 디렉터리 기준으로 모든 레플리카의 합계입니다.",
      },
    },
    {
      term: { en: "Favourites", ko: "즐겨찾기" },
      text: {
        en: "Topics with a star come first, whatever the sort. Stars stay on this machine.",
        ko: "별표한 토픽은 정렬과 관계없이 먼저 표시됩니다. 별표는 이 컴퓨터에 보관됩니다.",
      },
    },
    {
      term: { en: "Internal topics", ko: "내부 토픽" },
      text: {
        en: "Kafka's own, such as __consumer_offsets: hidden, and counted below the title.",
        ko: "__consumer_offsets 같은 Kafka 자체 토픽으로 숨겨져 있으며 제목 아래에 개수가 표시됩니다.",
      },
    },
  ],
});

export const createTopicHelp = defineHelp({
  title: { en: "Create topic", ko: "토픽 생성" },
  body: {
    en: "The defaults are the cluster's own. Below the form stands the command that does the same.",
    ko: "기본값은 클러스터의 값입니다. 양식 아래에 동일한 작업을 하는 명령이 표시됩니다.",
  },
  points: [
    {
      term: { en: "Partitions", ko: "파티션" },
      text: {
        en: "At most so many consumers of one group read at once. More can be added later, never fewer; adding changes which partition a key goes to.",
        ko: "한 그룹에서 동시에 읽을 수 있는 최대 컨슈머 수입니다. 나중에 늘릴 수 있지만 줄일 수 없으며, 늘리면 키가 배치되는 파티션이 바뀝니다.",
      },
    },
    {
      term: { en: "Replication factor", ko: "복제 팩터" },
      text: {
        en: "Copies of each partition on different brokers. 3 survives a broker that is down while another is under maintenance.",
        ko: "서로 다른 브로커에 있는 파티션 사본 수입니다. 3이면 한 브로커를 점검하는 동안 다른 브로커가 중지되어도 유지됩니다.",
      },
    },
    {
      term: { en: "Configuration", ko: "구성" },
      text: {
        en: "Only what differs from the default is stored with the topic; the rest follows the cluster.",
        ko: "기본값과 다른 것만 토픽에 저장되며 나머지는 클러스터를 따릅니다.",
      },
    },
  ],
});

export const messagesHelp = defineHelp({
  title: { en: "Messages", ko: "메시지" },
  body: {
    en: "Is what you look for here, and how far was looked? The line above the list says how many records were read and where reading ended.",
    ko: "찾는 메시지가 있는지, 어디까지 찾았는지 보여 줍니다. 목록 위의 줄에 읽은 레코드 수와 읽기를 멈춘 위치가 표시됩니다.",
  },
  points: [
    {
      term: { en: "Search", ko: "검색" },
      text: {
        en: "Newest first, from the beginning, from an offset or from a time. Text is looked for in keys and values.",
        ko: "최신순, 처음부터, 오프셋부터, 시각부터 볼 수 있습니다. 키와 값에서 텍스트를 찾습니다.",
      },
    },
    {
      term: { en: "Live", ko: "실시간" },
      text: {
        en: "New messages as they arrive. If more come than can be shown, the rest is counted as dropped.",
        ko: "새 메시지를 도착하는 대로 표시합니다. 표시할 수 있는 것보다 많으면 나머지는 건너뛴 수로 표시됩니다.",
      },
    },
    {
      term: { en: "null", ko: "null" },
      text: {
        en: 'A tombstone: in a compacted topic it deletes earlier messages with its key. An empty value is shown as "".',
        ko: '툼스톤: 컴팩션되는 토픽에서 같은 키의 이전 메시지를 삭제합니다. 빈 값은 ""로 표시됩니다.',
      },
    },
    {
      term: { en: "Control", ko: "제어" },
      text: {
        en: "Written by the broker at the end of a transaction; clients never see it.",
        ko: "트랜잭션이 끝날 때 브로커가 기록하며 클라이언트에는 보이지 않습니다.",
      },
    },
    {
      term: { en: "Large values", ko: "큰 값" },
      text: {
        en: "The list shows the beginning; the whole opens with the message.",
        ko: "목록에는 앞부분만 표시되며 메시지를 열면 전체를 볼 수 있습니다.",
      },
    },
  ],
});

export const partitionsHelp = defineHelp({
  title: { en: "Partitions", ko: "파티션" },
  body: {
    en: "Who leads each partition, and which replica lags?",
    ko: "각 파티션의 리더와 뒤처진 레플리카를 보여 줍니다.",
  },
  points: [
    {
      term: { en: "Leader", ko: "리더" },
      text: {
        en: "The broker that takes writes. If none can, the partition is offline.",
        ko: "쓰기를 받는 브로커입니다. 리더가 될 브로커가 없으면 파티션은 오프라인입니다.",
      },
    },
    {
      term: { en: "Replicas", ko: "레플리카" },
      text: {
        en: "In the order of preference: the first leads when all is well.",
        ko: "선호 순서이며 정상일 때 첫 번째가 리더입니다.",
      },
    },
    {
      term: { en: "ISR", ko: "ISR" },
      text: {
        en: "Replicas that have everything the leader has; any of them may lead next.",
        ko: "리더의 모든 데이터를 가진 레플리카로, 다음 리더가 될 수 있습니다.",
      },
    },
    {
      term: { en: "End offset", ko: "끝 오프셋" },
      text: {
        en: "The offset that the next message gets, as far as all replicas in sync have it.",
        ko: "동기화된 모든 레플리카 기준으로 다음 메시지가 받을 오프셋입니다.",
      },
    },
    {
      term: { en: "Stable offset", ko: "안정 오프셋" },
      text: {
        en: "How far consumers of committed data see: an open transaction holds it back. Space on a row shows which.",
        ko: "커밋된 데이터만 읽는 컨슈머가 볼 수 있는 위치입니다. 열린 트랜잭션이 있으면 멈추며 행에서 스페이스 키로 확인할 수 있습니다.",
      },
    },
  ],
});

export const configurationHelp = defineHelp({
  title: { en: "Configuration", ko: "구성" },
  body: {
    en: "Every setting of the topic with its value and where that comes from. Edits collect until you review them.",
    ko: "토픽의 모든 구성과 값의 출처를 보여 줍니다. 변경 사항은 검토할 때까지 모입니다.",
  },
  points: [
    {
      term: { en: "Source", ko: "출처" },
      text: {
        en: "The most specific wins: topic, broker, all brokers, Kafka's default.",
        ko: "토픽, 브로커, 전체 브로커, Kafka 기본값 순으로 더 구체적인 값이 적용됩니다.",
      },
    },
    {
      term: { en: "Back to default", ko: "기본값으로" },
      text: {
        en: "Removes the topic's own value, so that it follows the cluster again.",
        ko: "토픽의 값을 제거하여 다시 클러스터를 따르게 합니다.",
      },
    },
    {
      term: { en: "Review", ko: "검토" },
      text: {
        en: "Shows before and after, the risk of each change and the command that does the same.",
        ko: "변경 전후, 각 변경의 위험, 동일한 명령을 보여 줍니다.",
      },
    },
  ],
});

export const consumersHelp = defineHelp({
  title: { en: "Consumers of the topic", ko: "토픽의 컨슈머" },
  body: {
    en: "Groups that have committed an offset for this topic or read it now.",
    ko: "이 토픽에 오프셋을 커밋했거나 지금 읽고 있는 그룹입니다.",
  },
  points: [
    {
      term: { en: "Lag on this topic", ko: "이 토픽의 랙" },
      text: {
        en: "Only of this topic's partitions; the group's page has the whole.",
        ko: "이 토픽의 파티션만 계산합니다. 전체 랙은 그룹 페이지에 있습니다.",
      },
    },
    {
      term: { en: "Without a group", ko: "그룹 없이" },
      text: {
        en: "Consumers that assign partitions themselves and commit nothing cannot be seen.",
        ko: "파티션을 직접 지정하고 커밋하지 않는 컨슈머는 보이지 않습니다.",
      },
    },
  ],
});

export const produceHelp = defineHelp({
  title: { en: "Produce a message", ko: "메시지 보내기" },
  body: {
    en: "Written with acks=all: it is there once all replicas in sync have it. The form stays for the next one.",
    ko: "acks=all로 기록하므로 동기화된 모든 레플리카가 받으면 완료됩니다. 다음 메시지를 위해 양식이 유지됩니다.",
  },
  points: [
    {
      term: { en: "Key", ko: "키" },
      text: {
        en: "Decides the partition: the same key, the same order. Empty means no key, not an empty one.",
        ko: "파티션을 결정합니다. 같은 키는 순서가 유지됩니다. 비워 두면 빈 키가 아니라 키가 없는 것입니다.",
      },
    },
    {
      term: { en: "Hex, Base64", ko: "Hex, Base64" },
      text: { en: "For bytes that are not text.", ko: "텍스트가 아닌 바이트를 입력할 때 사용합니다." },
    },
    {
      term: { en: "Tombstone", ko: "툼스톤" },
      text: {
        en: "No value at all: a compacted topic forgets the key.",
        ko: "값이 없는 메시지입니다. 컴팩션되는 토픽은 해당 키를 잊습니다.",
      },
    },
  ],
});
