import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Checkbox from "@cloudscape-design/components/checkbox";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useEffect, useState } from "react";
import { tag, useCall, useCommand } from "~/shared/api";
import { useT } from "~/shared/text";
import { hasDirtyForm } from "~/shared/useDirty";
import { texts } from "./texts";

/** The window's host asks before the first close (app/events.ts); the answer is remembered, so it is asked once. */
export function CloseQuestion() {
  const t = useT();
  const [visible, setVisible] = useState(false);
  const [keepChoice, setKeepChoice] = useState(true);
  const close = useCommand("window.close");
  const clusters = useCall("clusters.list", {}, { tags: [tag.clusters], enabled: visible });
  const running = (clusters.data?.rows ?? []).filter(
    (row) => row.kind === "local" && row.state !== "STOPPED",
  ).length;

  useEffect(() => {
    const ask = () => setVisible(true);
    window.addEventListener("weir:close-requested", ask);
    return () => window.removeEventListener("weir:close-requested", ask);
  }, []);

  const answer = async (choice: "keep" | "stop") => {
    await close.mutateAsync({ keep: choice === "keep", remember: keepChoice }).catch(() => undefined);
    setVisible(false);
  };
  return (
    <Modal
      visible={visible}
      onDismiss={() => setVisible(false)}
      closeAriaLabel={t(texts.cancel)}
      header={t(texts.closeTitle)}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" onClick={() => setVisible(false)}>
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
        {visible && hasDirtyForm() ? <Alert type="warning">{t(texts.closeDirty)}</Alert> : <span hidden />}
        <Checkbox checked={keepChoice} onChange={({ detail }) => setKeepChoice(detail.checked)}>
          {t(texts.closeRemember)}
        </Checkbox>
      </SpaceBetween>
    </Modal>
  );
}
