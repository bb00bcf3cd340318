import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import { useParams } from "react-router";
import { tag, useCall } from "./api";
import { startPermit } from "./state";
import { defineTexts, useT } from "./text";
import { useClusterCommand } from "./useClusterCommand";

const texts = defineTexts({
  stopped: { en: "This cluster is stopped", ko: "이 클러스터는 중지되었습니다" },
  failed: { en: "This cluster has failed", ko: "이 클러스터는 실패했습니다" },
  hint: {
    en: "Its data is kept. Start it to see what is in it.",
    ko: "데이터는 유지됩니다. 시작하면 내용을 볼 수 있습니다.",
  },
  start: { en: "Start cluster", ko: "클러스터 시작" },
});

/** In place of what only a running cluster tells: the one thing to do, not a failure. */
export function StoppedNotice({ failed }: { failed: boolean }) {
  const t = useT();
  const { cluster: id = "" } = useParams();
  const start = useClusterCommand("clusters.start", id);
  const detail = useCall(
    "clusters.get",
    { cluster: id },
    { tags: [tag.cluster(id)], enabled: id !== "" },
  ).data;
  return (
    <Alert
      className="weir-one-action"
      type={failed ? "error" : "info"}
      header={t(failed ? texts.failed : texts.stopped)}
      action={
        detail && startPermit(detail) && detail.state !== "STARTING" ? undefined : (
          <Button
            variant="primary"
            loading={start.pending || detail?.state === "STARTING"}
            onClick={start.run}
          >
            {t(texts.start)}
          </Button>
        )
      }
    >
      {failed && detail?.state_reason ? t.core(detail.state_reason) : t(texts.hint)}
    </Alert>
  );
}
