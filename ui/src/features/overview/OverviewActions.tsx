import ButtonDropdown, { type ButtonDropdownProps } from "@cloudscape-design/components/button-dropdown";
import type { ClusterDetail, Permit } from "~/contract/types";
import { tag, useCommand } from "~/shared/api";
import { errorText } from "~/shared/ErrorBox";
import { useFlash } from "~/shared/flash";
import { type Message, useT } from "~/shared/text";
import { texts } from "./texts";

type ClusterCommand = "clusters.start" | "clusters.stop" | "clusters.sample_start" | "clusters.sample_remove";

/** Runs a command on the cluster and follows its operation; failures go to a flash. */
function useClusterCommand(name: ClusterCommand, id: string) {
  const t = useT();
  const { track, flash } = useFlash();
  const command = useCommand(name, [tag.clusters, tag.cluster(id), tag.operations(id)]);
  const run = () =>
    command.mutate(
      { cluster: id },
      {
        onSuccess: ({ operation }) => track(operation),
        onError: (error) => flash({ id: `${name}-${id}`, type: "error", content: errorText(t, error) }),
      },
    );
  return { run, pending: command.isPending };
}

export function useStart(id: string) {
  return useClusterCommand("clusters.start", id);
}

export function useSampleStart(id: string) {
  return useClusterCommand("clusters.sample_start", id);
}

export function OverviewActions({ cluster }: { cluster: ClusterDetail }) {
  const t = useT();
  const commands = {
    start: useClusterCommand("clusters.start", cluster.id),
    stop: useClusterCommand("clusters.stop", cluster.id),
    sample_start: useClusterCommand("clusters.sample_start", cluster.id),
    sample_remove: useClusterCommand("clusters.sample_remove", cluster.id),
  };
  const item = (id: keyof typeof commands, text: Message, permit: Permit): ButtonDropdownProps.Item => ({
    id,
    text: t(text),
    ...(permit ? { disabled: true, disabledReason: t.core(permit) } : {}),
  });
  return (
    <ButtonDropdown
      loading={Object.values(commands).some((command) => command.pending)}
      items={[
        item("start", texts.start, cluster.permits.start),
        item("stop", texts.stop, cluster.permits.stop),
        item("sample_start", texts.sampleStart, cluster.permits.sample_start),
        item("sample_remove", texts.sampleRemove, cluster.permits.sample_remove),
      ]}
      onItemClick={({ detail }) => commands[detail.id as keyof typeof commands].run()}
    >
      {t(texts.actions)}
    </ButtonDropdown>
  );
}
