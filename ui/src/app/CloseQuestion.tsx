import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import Checkbox from "@cloudscape-design/components/checkbox";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useEffect, useState } from "react";
import { usePlatform } from "~/platform";
import { tag, useCall, useCommand } from "~/shared/api";
import { Dialog } from "~/shared/Dialog";
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
  // To be asked again is the lesser surprise.
  const [remember, setRemember] = useState(false);
  const close = useCommand("window.close");
  const answer = async (choice: "keep" | "stop") => {
    await close.mutateAsync({ keep: choice === "keep", remember }).catch(() => undefined);
    onDismiss();
  };
  return (
    <Dialog
      title={t(texts.closeTitle)}
      action={t(texts.closeKeep)}
      secondary={
        <Button loading={close.isPending} onClick={() => void answer("stop")}>
          {t(texts.closeStop)}
        </Button>
      }
      onSubmit={() => void answer("keep")}
      onDismiss={onDismiss}
    >
      <SpaceBetween size="m">
        <div>{t(texts.closeBody, { n: running })}</div>
        {unsaved ? <Alert type="warning">{t(texts.closeDirty)}</Alert> : <span hidden />}
        <Checkbox checked={remember} onChange={({ detail }) => setRemember(detail.checked)}>
          {t(texts.closeRemember)}
        </Checkbox>
      </SpaceBetween>
    </Dialog>
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
    <Dialog
      title={t(texts.closeUnsaved)}
      action={t(stops ? texts.closeStop : texts.closeWindow)}
      cancel={t(texts.stay)}
      pending={close.isPending}
      onSubmit={() => void leave()}
      onDismiss={onDismiss}
    >
      {t(texts.closeDirty)}
    </Dialog>
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
