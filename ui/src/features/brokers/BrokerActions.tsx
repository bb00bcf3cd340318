import ButtonDropdown, { type ButtonDropdownProps } from "@cloudscape-design/components/button-dropdown";
import { useState } from "react";
import type { BrokerRow, Permit } from "~/contract/types";
import { useCancelRemoval } from "~/shared/CancelRemoval";
import { Confirm } from "~/shared/Confirm";
import { errorText } from "~/shared/ErrorBox";
import { useFlash } from "~/shared/flash";
import { type Message, useT } from "~/shared/text";
import { useBrokerCommand } from "./command";
import { texts } from "./texts";

type Ending = "stop" | "kill" | "remove";

const TITLES = { stop: texts.stopTitle, kill: texts.killTitle, remove: texts.removeTitle };
const BODIES = { stop: texts.stopBody, kill: texts.killBody, remove: texts.removeBody };

interface BrokerActionsProps {
  cluster: string;
  broker: BrokerRow | undefined;
}

/** Start and keep at once; stop, kill and remove after saying what happens. */
export function BrokerActions({ cluster, broker }: BrokerActionsProps) {
  const t = useT();
  const { track, flash } = useFlash();
  const [asking, setAsking] = useState<{ ending: Ending; broker: BrokerRow } | null>(null);
  const start = useBrokerCommand("brokers.start", cluster);
  const keep = useCancelRemoval(cluster);

  const item = (id: string, text: Message, permit: Permit): ButtonDropdownProps.Item => ({
    id,
    text: t(text),
    ...(permit ? { disabled: true, disabledReason: t.core(permit) } : {}),
  });
  const onClick = (id: string) => {
    if (!broker) return;
    if (id === "cancel-remove") return keep.run(broker.id);
    if (id !== "start") return setAsking({ ending: id as Ending, broker });
    start.mutate(
      { cluster, broker: broker.id },
      {
        onSuccess: ({ operation }) => track(operation),
        onError: (error) => flash({ id: `start-${broker.id}`, type: "error", content: errorText(t, error) }),
      },
    );
  };
  return (
    <span>
      <ButtonDropdown
        disabled={!broker}
        disabledReason={t(texts.select)}
        loading={start.isPending || keep.pending}
        items={
          broker
            ? [
                item("start", texts.start, broker.permits.start),
                item("stop", texts.stop, broker.permits.stop),
                item("kill", texts.kill, broker.permits.kill),
                broker.removing
                  ? item("cancel-remove", texts.cancelRemove, broker.permits.cancel_remove)
                  : item("remove", texts.remove, broker.permits.remove),
              ]
            : []
        }
        onItemClick={({ detail }) => onClick(detail.id)}
      >
        {t(texts.actions)}
      </ButtonDropdown>
      {asking ? <EndBroker cluster={cluster} {...asking} onDone={() => setAsking(null)} /> : null}
    </span>
  );
}

interface EndBrokerProps {
  cluster: string;
  broker: BrokerRow;
  ending: Ending;
  onDone: () => void;
}

function EndBroker({ cluster, broker, ending, onDone }: EndBrokerProps) {
  const t = useT();
  const { track } = useFlash();
  const command = useBrokerCommand(`brokers.${ending}`, cluster);
  const confirm = () =>
    command.mutate(
      { cluster, broker: broker.id },
      {
        onSuccess: ({ operation }) => {
          track(operation);
          onDone();
        },
      },
    );
  const values = {
    id: broker.id,
    leaders: broker.leaders,
    replicas: broker.replicas,
    b: (chunks: React.ReactNode[]) => <b>{chunks}</b>,
  };
  return (
    <Confirm
      title={t(TITLES[ending], { id: broker.id })}
      warning={t(ending === "remove" ? texts.removeWarning : texts.lastWarning)}
      action={t(texts[ending])}
      command={`weir broker ${ending} ${broker.id} --cluster ${cluster}`}
      pending={command.isPending}
      error={command.error}
      onConfirm={confirm}
      onDismiss={onDone}
    >
      {t.rich(BODIES[ending], values)}
    </Confirm>
  );
}
