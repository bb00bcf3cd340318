import Button from "@cloudscape-design/components/button";
import type { Permit } from "~/contract/types";
import { useAddress } from "~/shared/address";
import { Confirm } from "~/shared/Confirm";
import { useFlash } from "~/shared/flash";
import { useT } from "~/shared/text";
import { useBrokerCommand } from "./command";
import { texts } from "./texts";

interface AddBrokerProps {
  cluster: string;
  permit: Permit;
}

/** One broker more, after saying what that means. */
export function AddBroker({ cluster, permit }: AddBrokerProps) {
  const t = useT();
  const { track } = useFlash();
  const { params, patch } = useAddress();
  const asking = params.has("add") && permit === null;
  const setAsking = (open: boolean) => patch({ add: open ? "1" : null });
  const add = useBrokerCommand("brokers.add", cluster);
  const confirm = () =>
    add.mutate(
      { cluster },
      {
        onSuccess: ({ operation }) => {
          track(operation);
          setAsking(false);
        },
      },
    );
  return (
    <span>
      <Button
        disabled={permit !== null}
        {...(permit ? { disabledReason: t.core(permit) } : {})}
        onClick={() => setAsking(true)}
      >
        {t(texts.add)}
      </Button>
      {asking ? (
        <Confirm
          title={t(texts.addTitle)}
          action={t(texts.addOne)}
          command={`weir broker add --cluster ${cluster}`}
          act
          pending={add.isPending}
          error={add.error}
          onConfirm={confirm}
          onDismiss={() => setAsking(false)}
        >
          {t(texts.addBody)}
        </Confirm>
      ) : null}
    </span>
  );
}
