import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Checkbox from "@cloudscape-design/components/checkbox";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useEffect, useState } from "react";
import { usePlatform } from "~/platform";
import { tag, useCall, useCommand } from "~/shared/api";
import { useSettings } from "~/shared/settings";
import { useT } from "~/shared/text";
import { useUnsaved } from "~/shared/useDirty";
import { texts } from "./texts";

interface QuestionProps {
  unsaved: boolean;
  onDismiss: () => void;
}

/** What becomes of the clusters; what is unsaved is named too, so that closing asks once. */
function ClustersQuestion({ running, unsaved, onDismiss }: QuestionProps & { running: number }) {
  const t = useT();
  const [remember, setRemember] = useState(true);
  const close = useCommand("window.close");
  const answer = async (choice: "keep" | "stop") => {
    await close.mutateAsync({ keep: choice === "keep", remember }).catch(() => undefined);
    onDismiss();
  };
  return (
    <Modal
      visible
      onDismiss={onDismiss}
      closeAriaLabel={t(texts.cancel)}
      header={t(texts.closeTitle)}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" onClick={onDismiss}>
              {t(texts.cancel)}
            </Button>
            <Button loading={close.isPending} onClick={() => void answer("stop")}>
              {t(texts.closeStop)}
            </Button>
            <Button variant="primary" onClick={() => void answer("keep")}>
              {t(texts.closeKeep)}
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <SpaceBetween size="m">
        <div>{t(texts.closeBody, { n: running })}</div>
        {unsaved ? <Alert type="warning">{t(texts.closeDirty)}</Alert> : <span hidden />}
        <Checkbox checked={remember} onChange={({ detail }) => setRemember(detail.checked)}>
          {t(texts.closeRemember)}
        </Checkbox>
      </SpaceBetween>
    </Modal>
  );
}

/** What becomes of the clusters is settled: only what was entered would be lost. */
function UnsavedQuestion({ stops, onDismiss }: { stops: boolean; onDismiss: () => void }) {
  const t = useT();
  const close = useCommand("window.close");
  const leave = async () => {
    await close.mutateAsync({ keep: !stops, remember: false }).catch(() => undefined);
    onDismiss();
  };
  return (
    <Modal
      visible
      onDismiss={onDismiss}
      closeAriaLabel={t(texts.stay)}
      header={t(texts.closeUnsaved)}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" onClick={onDismiss}>
              {t(texts.stay)}
            </Button>
            <Button variant="primary" loading={close.isPending} onClick={() => void leave()}>
              {t(stops ? texts.closeStop : texts.closeWindow)}
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      {t(texts.closeDirty)}
    </Modal>
  );
}

/** The window's host asks before it closes (app/events.ts): about running clusters, about what is unsaved. */
export function CloseQuestion() {
  const platform = usePlatform();
  const [asking, setAsking] = useState(false);
  const settings = useSettings();
  const unsaved = useUnsaved();
  const clusters = useCall("clusters.list", {}, { tags: [tag.clusters], enabled: asking });
  const running = (clusters.data?.rows ?? []).filter(
    (row) => row.kind === "local" && row.state !== "STOPPED",
  ).length;

  useEffect(() => {
    const ask = () => {
      setAsking(true);
      void platform.call("window.asked", {}).catch(() => undefined);
    };
    window.addEventListener("weir:close-requested", ask);
    return () => window.removeEventListener("weir:close-requested", ask);
  }, [platform]);
  useEffect(() => {
    // Another host has no window to hold open; its browser asks by itself.
    if (platform.host === "window") void platform.call("window.unsaved", { unsaved }).catch(() => undefined);
  }, [platform, unsaved]);

  const dismiss = () => setAsking(false);
  // Which question it is shows once it is known what runs.
  if (!asking || clusters.isPending) return null;
  if (unsaved && (settings.on_close !== "ask" || running === 0))
    return <UnsavedQuestion stops={settings.on_close === "stop" && running > 0} onDismiss={dismiss} />;
  return <ClustersQuestion running={running} unsaved={unsaved} onDismiss={dismiss} />;
}
