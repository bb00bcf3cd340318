import ButtonDropdown, { type ButtonDropdownProps } from "@cloudscape-design/components/button-dropdown";
import type { ClusterDetail, Permit } from "~/contract/types";
import { type Message, useT } from "~/shared/text";
import { useClusterCommand } from "~/shared/useClusterCommand";
import { texts } from "./texts";

export function useStart(id: string) {
  return useClusterCommand("clusters.start", id);
}

export function useSampleStart(id: string) {
  return useClusterCommand("clusters.sample_start", id);
}

interface OverviewActionsProps {
  cluster: ClusterDetail;
  onDelete: () => void;
}

/** Everything that can be done to the cluster itself; what cannot be now says why. */
export function OverviewActions({ cluster, onDelete }: OverviewActionsProps) {
  const t = useT();
  const commands = {
    start: useClusterCommand("clusters.start", cluster.id),
    stop: useClusterCommand("clusters.stop", cluster.id),
    sample_start: useClusterCommand("clusters.sample_start", cluster.id),
    sample_remove: useClusterCommand("clusters.sample_remove", cluster.id),
  };
  const item = (
    id: keyof typeof commands | "delete",
    text: Message,
    permit: Permit,
  ): ButtonDropdownProps.Item => ({
    id,
    text: t(text),
    ...(permit ? { disabled: true, disabledReason: t.core(permit) } : {}),
  });
  const remove = cluster.kind === "remote" ? texts.disconnect : texts.delete;
  return (
    <ButtonDropdown
      loading={Object.values(commands).some((command) => command.pending)}
      items={[
        item("start", texts.start, cluster.permits.start),
        item("stop", texts.stop, cluster.permits.stop),
        item("sample_start", texts.sampleStart, cluster.permits.sample_start),
        item("sample_remove", texts.sampleRemove, cluster.permits.sample_remove),
        item("delete", remove, cluster.permits.delete),
      ]}
      onItemClick={({ detail }) => {
        if (detail.id === "delete") onDelete();
        else commands[detail.id as keyof typeof commands].run();
      }}
    >
      {t(texts.actions)}
    </ButtonDropdown>
  );
}
