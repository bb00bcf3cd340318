import Button from "@cloudscape-design/components/button";
import type { Operation } from "~/contract/types";
import { tag, useCommand } from "./api";
import { errorText } from "./ErrorBox";
import { useFlash } from "./flash";
import { defineTexts, useT } from "./text";

const texts = defineTexts({ cancel: { en: "Cancel removal", ko: "제거 취소" } });

/** Calls the removal of a broker off; the removal is followed to its end. */
export function useCancelRemoval(cluster: string) {
  const t = useT();
  const { track, flash } = useFlash();
  const cancel = useCommand("brokers.cancel_remove", [tag.brokers(cluster), tag.operations(cluster)]);
  const run = (broker: number) =>
    cancel.mutate(
      { cluster, broker },
      {
        onSuccess: ({ operation }) => track(operation),
        onError: (error) => flash({ id: `keep-${broker}`, type: "error", content: errorText(t, error) }),
      },
    );
  return { run, pending: cancel.isPending };
}

/** Where an operation is the removal of a broker that is still under way, the button that calls it off. */
export function CancelRemoval({ operation }: { operation: Operation }) {
  const t = useT();
  const { cluster, kind, state, target } = operation;
  const cancel = useCancelRemoval(cluster ?? "");
  if (kind !== "broker_remove" || state !== "running" || !cluster || !target) return <span hidden />;
  return (
    <Button loading={cancel.pending} onClick={() => cancel.run(Number(target))}>
      {t(texts.cancel)}
    </Button>
  );
}
