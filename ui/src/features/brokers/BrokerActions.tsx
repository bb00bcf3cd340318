import ButtonDropdown, { type ButtonDropdownProps } from "@cloudscape-design/components/button-dropdown";
import { useState } from "react";
import type { BrokerRow, Permit } from "~/contract/types";
import { tag, useCommand } from "~/shared/api";
import { Confirm } from "~/shared/Confirm";
import { errorText } from "~/shared/ErrorBox";
import { useFlash } from "~/shared/flash";
import { type Message, useT } from "~/shared/text";
import { texts } from "./texts";

type Ending = "stop" | "kill";

function useBrokerCommand(name: "brokers.start" | "brokers.stop" | "brokers.kill", cluster: string) {
  return useCommand(name, [tag.brokers(cluster), tag.cluster(cluster), tag.operations(cluster)]);
}

interface BrokerActionsProps {
  cluster: string;
  broker: BrokerRow | undefined;
}

/** Start at once; stop and kill after saying what happens. */
export function BrokerActions({ cluster, broker }: BrokerActionsProps) {
  const t = useT();
  const { track, flash } = useFlash();
  const [asking, setAsking] = useState<{ ending: Ending; broker: BrokerRow } | null>(null);
  const start = useBrokerCommand("brokers.start", cluster);

  const item = (id: string, text: Message, permit: Permit): ButtonDropdownProps.Item => ({
    id,
    text: t(text),
    ...(permit ? { disabled: true, disabledReason: t.core(permit) } : {}),
  });
  const onClick = (id: string) => {
    if (!broker) return;
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
        loading={start.isPending}
        items={
          broker
            ? [
                item("start", texts.start, broker.permits.start),
                item("stop", texts.stop, broker.permits.stop),
                item("kill", texts.kill, broker.permits.kill),
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
  const command = useBrokerCommand(ending === "stop" ? "brokers.stop" : "brokers.kill", cluster);
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
    b: (chunks: React.ReactNode[]) => <b>{chunks}</b>,
  };
  return (
    <Confirm
      title={t(ending === "stop" ? texts.stopTitle : texts.killTitle, { id: broker.id })}
      warning={t(texts.lastWarning)}
      action={t(texts[ending])}
      command={`weir broker ${ending} ${broker.id} --cluster ${cluster}`}
      pending={command.isPending}
      error={command.error}
      onConfirm={confirm}
      onDismiss={onDone}
    >
      {t.rich(ending === "stop" ? texts.stopBody : texts.killBody, values)}
    </Confirm>
  );
}
