import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import type { LogDirRow } from "~/contract/types";
import { ActionButton } from "~/shared/ActionButton";
import { Confirm } from "~/shared/Confirm";
import { errorText } from "~/shared/ErrorBox";
import { useFlash } from "~/shared/flash";
import { useT } from "~/shared/text";
import { useBrokerCommand } from "./command";
import { logDirName } from "./logDirName";
import { texts } from "./texts";

interface LogDirActionsProps {
  cluster: string;
  row: LogDirRow | undefined;
}

/** Back at once; offline after saying what happens. */
export function LogDirActions({ cluster, row }: LogDirActionsProps) {
  const t = useT();
  const { track, flash } = useFlash();
  const [asking, setAsking] = useState<LogDirRow | null>(null);
  const online = useBrokerCommand("brokers.log_dir_online", cluster);
  const bringBack = ({ broker, path }: LogDirRow) =>
    online.mutate(
      { cluster, broker, log_dir: path },
      {
        onSuccess: ({ operation }) => track(operation),
        onError: (error) => flash({ id: `log-dir-${broker}`, type: "error", content: errorText(t, error) }),
      },
    );
  if (!row) {
    return (
      <Button disabled disabledReason={t(texts.logDirSelect)}>
        {t(texts.logDirTake)}
      </Button>
    );
  }
  return (
    <SpaceBetween direction="horizontal" size="xs">
      {row.error === null ? (
        <ActionButton permit={row.permits.offline} onClick={() => setAsking(row)}>
          {t(texts.logDirTake)}
        </ActionButton>
      ) : (
        <ActionButton permit={row.permits.online} loading={online.isPending} onClick={() => bringBack(row)}>
          {t(texts.logDirBring)}
        </ActionButton>
      )}
      {asking ? <TakeOffline cluster={cluster} row={asking} onDone={() => setAsking(null)} /> : null}
    </SpaceBetween>
  );
}

interface TakeOfflineProps {
  cluster: string;
  row: LogDirRow;
  onDone: () => void;
}

function TakeOffline({ cluster, row, onDone }: TakeOfflineProps) {
  const t = useT();
  const { track } = useFlash();
  const offline = useBrokerCommand("brokers.log_dir_offline", cluster);
  const name = logDirName(row);
  const confirm = () =>
    offline.mutate(
      { cluster, broker: row.broker, log_dir: row.path },
      {
        onSuccess: ({ operation }) => {
          track(operation);
          onDone();
        },
      },
    );
  return (
    <Confirm
      title={t(texts.logDirTakeTitle, { name, id: row.broker })}
      warning={t(texts.logDirWarning)}
      action={t(texts.logDirTakeIt)}
      command={`weir broker log-dir-offline ${row.broker} ${name} --cluster ${cluster}`}
      pending={offline.isPending}
      error={offline.error}
      onConfirm={confirm}
      onDismiss={onDone}
    >
      {t.rich(texts.logDirTakeBody, {
        name,
        id: row.broker,
        replicas: row.replicas ?? 0,
        b: (chunks: React.ReactNode[]) => <b>{chunks}</b>,
      })}
    </Confirm>
  );
}
