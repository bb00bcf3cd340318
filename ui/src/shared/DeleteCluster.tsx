import { useNavigate } from "react-router";
import type { ClusterRow } from "~/contract/types";
import { tag, useCommand } from "./api";
import { Confirm } from "./Confirm";
import { useFlash } from "./flash";
import { paths } from "./paths";
import { defineTexts, useT } from "./text";

const texts = defineTexts({
  title: { en: "Delete cluster", ko: "클러스터 삭제" },
  body: { en: "Delete <b>{name}</b> permanently?", ko: "<b>{name}</b>을(를) 영구적으로 삭제할까요?" },
  warning: {
    en: "{topics, plural, one {# topic} other {# topics}} with all messages, every offset and setting of this cluster will be removed from this machine. Clients that use it will lose their connection.",
    ko: "토픽 {topics}개의 모든 메시지와 이 클러스터의 모든 오프셋 및 구성이 이 컴퓨터에서 제거됩니다. 사용 중인 클라이언트의 연결이 끊어집니다.",
  },
  action: { en: "Delete", ko: "삭제" },
  removeTitle: { en: "Remove connection", ko: "연결 제거" },
  removeBody: {
    en: "Remove the connection to <b>{name}</b>? The cluster itself is not touched.",
    ko: "<b>{name}</b>에 대한 연결을 제거할까요? 클러스터 자체는 변경되지 않습니다.",
  },
  removed: { en: "Connection {name} was removed.", ko: "{name} 연결을 제거했습니다." },
  removeAction: { en: "Remove", ko: "제거" },
});

const bold = (chunks: React.ReactNode[]) => <b>{chunks}</b>;

type Deletable = Pick<ClusterRow, "id" | "name" | "kind" | "topics" | "production">;

interface DeleteClusterProps {
  cluster: Deletable;
  onDone: () => void;
}

export function DeleteCluster(props: DeleteClusterProps) {
  return props.cluster.kind === "remote" ? <Disconnect {...props} /> : <DeleteLocal {...props} />;
}

function DeleteLocal({ cluster, onDone }: DeleteClusterProps) {
  const t = useT();
  const navigate = useNavigate();
  const { track } = useFlash();
  const remove = useCommand("clusters.delete", [tag.clusters]);
  const confirm = async () => {
    try {
      track((await remove.mutateAsync({ cluster: cluster.id, confirm: cluster.name })).operation);
      onDone();
      navigate(paths.clusters);
    } catch {
      // Shown inside the modal.
    }
  };
  return (
    <Confirm
      title={t(texts.title)}
      word={cluster.name}
      warning={t(texts.warning, { topics: cluster.topics ?? 0 })}
      action={t(texts.action)}
      command={`weir cluster delete ${cluster.name} --yes`}
      pending={remove.isPending}
      error={remove.error}
      onConfirm={() => void confirm()}
      onDismiss={onDone}
    >
      {t.rich(texts.body, { name: cluster.name, b: bold })}
    </Confirm>
  );
}

function Disconnect({ cluster, onDone }: DeleteClusterProps) {
  const t = useT();
  const navigate = useNavigate();
  const { flash } = useFlash();
  const remove = useCommand("clusters.disconnect", [tag.clusters]);
  const confirm = async () => {
    try {
      await remove.mutateAsync({ cluster: cluster.id });
      flash({
        id: `disconnect-${cluster.id}`,
        type: "success",
        content: t(texts.removed, { name: cluster.name }),
      });
      onDone();
      navigate(paths.clusters);
    } catch {
      // Shown inside the modal.
    }
  };
  return (
    <Confirm
      title={t(texts.removeTitle)}
      {...(cluster.production ? { word: cluster.name } : {})}
      action={t(texts.removeAction)}
      pending={remove.isPending}
      error={remove.error}
      onConfirm={() => void confirm()}
      onDismiss={onDone}
    >
      {t.rich(texts.removeBody, { name: cluster.name, b: bold })}
    </Confirm>
  );
}
