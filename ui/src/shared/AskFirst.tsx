import { tag, useCall } from "./api";
import { Confirm } from "./Confirm";
import { defineTexts, useT } from "./text";
import { type ClusterCommand, useClusterCommand } from "./useClusterCommand";

const texts = defineTexts({
  stop: { en: "Stop cluster", ko: "클러스터 중지" },
  stopBody: {
    en: "Stop <b>{name}</b>? Its data is kept. Clients that use it lose their connection until it is started again.",
    ko: "<b>{name}</b>을(를) 중지할까요? 데이터는 유지됩니다. 사용 중인 클라이언트는 다시 시작할 때까지 연결이 끊어집니다.",
  },
  sample: { en: "Remove sample workload", ko: "샘플 워크로드 제거" },
  sampleBody: {
    en: "Remove the sample workload of <b>{name}</b>? Its topics with all their messages and its groups are deleted.",
    ko: "<b>{name}</b>의 샘플 워크로드를 제거할까요? 해당 토픽의 모든 메시지와 그룹이 삭제됩니다.",
  },
});

const QUESTIONS = {
  "clusters.stop": { title: texts.stop, body: texts.stopBody },
  "clusters.sample_remove": { title: texts.sample, body: texts.sampleBody },
};
export type AskedCommand = keyof typeof QUESTIONS;

/** Whether a command takes something away from somebody, so that it is not done unasked. */
export function asksFirst(command: ClusterCommand): command is AskedCommand {
  return command in QUESTIONS;
}

const bold = (chunks: React.ReactNode[]) => <b>{chunks}</b>;

/** The question before a command that stops or removes; its operation is followed as any other's. */
export function AskFirst(props: { command: AskedCommand; cluster: string; onDone: () => void }) {
  const t = useT();
  const { command, cluster, onDone } = props;
  const { run } = useClusterCommand(command, cluster);
  const detail = useCall("clusters.get", { cluster }, { tags: [tag.cluster(cluster)] }).data;
  const { title, body } = QUESTIONS[command];
  return (
    <Confirm
      title={t(title)}
      action={t(title)}
      pending={false}
      error={null}
      onConfirm={() => {
        run();
        onDone();
      }}
      onDismiss={onDone}
    >
      {t.rich(body, { name: detail?.name ?? cluster, b: bold })}
    </Confirm>
  );
}
