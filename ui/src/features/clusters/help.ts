import { defineHelp } from "~/shared/help";

export const clustersHelp = defineHelp({
  title: { en: "Clusters", ko: "클러스터" },
  body: {
    en: "Every Kafka that Weir knows: those it runs on this machine, and those it is connected to.",
    ko: "Weir가 아는 모든 Kafka입니다. 이 컴퓨터에서 실행하는 클러스터와 연결된 클러스터를 보여 줍니다.",
  },
  points: [
    {
      term: { en: "Local", ko: "로컬" },
      text: {
        en: "A local cluster is one folder and runs without this window: closing the window stops nothing.",
        ko: "로컬 클러스터는 폴더 하나이며 이 창 없이도 실행됩니다. 창을 닫아도 중지되지 않습니다.",
      },
    },
    {
      term: { en: "Connected", ko: "연결됨" },
      text: {
        en: "A connected cluster runs elsewhere. Weir keeps its address only; disconnecting changes nothing in it.",
        ko: "연결된 클러스터는 다른 곳에서 실행됩니다. Weir는 주소만 보관하며 연결을 해제해도 클러스터는 변경되지 않습니다.",
      },
    },
    {
      term: { en: "Healing", ko: "복구 중" },
      text: {
        en: "The engine ended by itself and is started again on the same ports; clients reconnect.",
        ko: "엔진이 스스로 종료되어 같은 포트에서 다시 시작하는 중입니다. 클라이언트는 다시 연결됩니다.",
      },
    },
    {
      term: { en: "Bootstrap address", ko: "부트스트랩 주소" },
      text: {
        en: "What a client is given to find all brokers; copy it from the row.",
        ko: "클라이언트가 모든 브로커를 찾는 데 사용하는 주소입니다. 행에서 복사할 수 있습니다.",
      },
    },
  ],
});

export const createHelp = defineHelp({
  title: { en: "Create cluster", ko: "클러스터 생성" },
  body: {
    en: "A cluster that any Kafka client can use, ready in about half a second. Every default is in the table: nothing is decided behind your back.",
    ko: "모든 Kafka 클라이언트가 사용할 수 있는 클러스터가 약 0.5초 만에 준비됩니다. 모든 기본값은 표에서 확인할 수 있습니다.",
  },
  points: [
    {
      term: { en: "Brokers", ko: "브로커" },
      text: {
        en: "Three show what a real cluster does: leaders move when one stops. One is enough to write and read.",
        ko: "3개면 브로커가 중지될 때 리더가 이동하는 등 실제 클러스터처럼 동작합니다. 쓰고 읽는 데는 1개로 충분합니다.",
      },
    },
    {
      term: { en: "First port", ko: "첫 포트" },
      text: {
        en: "Broker 1 listens there, the others on the next ports. Left empty, free ports are found once and kept.",
        ko: "브로커 1이 이 포트를, 나머지는 다음 포트를 사용합니다. 비워 두면 빈 포트를 한 번 찾아 계속 사용합니다.",
      },
    },
    {
      term: { en: "Sample workload", ko: "샘플 워크로드" },
      text: {
        en: "A small shop that writes orders, payments and page views, with one group that falls behind on purpose. One action removes it with its data.",
        ko: "주문, 결제, 페이지 조회를 기록하는 작은 상점이며 한 그룹은 일부러 뒤처집니다. 한 번의 작업으로 데이터와 함께 제거됩니다.",
      },
    },
  ],
});

export const connectHelp = defineHelp({
  title: { en: "Connect to a cluster", ko: "클러스터 연결" },
  body: {
    en: "Any Kafka that this machine reaches. The test names the step that fails and what to do about it; saving does not need it.",
    ko: "이 컴퓨터에서 접속할 수 있는 모든 Kafka에 연결합니다. 테스트는 실패한 단계와 해결 방법을 알려 주며, 테스트 없이도 저장할 수 있습니다.",
  },
  points: [
    {
      term: { en: "Bootstrap address", ko: "부트스트랩 주소" },
      text: {
        en: "One broker is enough: it tells the others. Two or three help when the first is down.",
        ko: "브로커 하나면 나머지를 알려 주므로 충분합니다. 첫 브로커가 중지된 경우를 위해 두세 개를 적으면 좋습니다.",
      },
    },
    {
      term: { en: "Advertised", ko: "알린 주소" },
      text: {
        en: "Brokers answer with addresses of their own. If those are not reachable from here, the test says so.",
        ko: "브로커는 자신의 주소를 알려 줍니다. 여기에서 그 주소에 연결할 수 없으면 테스트가 알려 줍니다.",
      },
    },
    {
      term: { en: "Read-only", ko: "읽기 전용" },
      text: {
        en: "Weir refuses everything that would change the cluster.",
        ko: "Weir가 클러스터를 변경하는 모든 작업을 거부합니다.",
      },
    },
    {
      term: { en: "Production", ko: "프로덕션" },
      text: {
        en: "A band over every page; whatever deletes asks for the name.",
        ko: "모든 페이지에 띠를 표시하며 삭제할 때 항상 이름을 확인합니다.",
      },
    },
  ],
});
