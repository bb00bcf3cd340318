import { tag, useCommand } from "./api";
import { errorText } from "./ErrorBox";
import { useFlash } from "./flash";
import { useT } from "./text";

export type ClusterCommand =
  | "clusters.start"
  | "clusters.stop"
  | "clusters.sample_start"
  | "clusters.sample_remove";

/** Runs a command on the cluster and follows its operation; failures go to a flash. */
export function useClusterCommand(name: ClusterCommand, id: string) {
  const t = useT();
  const { track, flash } = useFlash();
  const command = useCommand(name, [tag.clusters, tag.cluster(id), tag.operations(id), tag.topics(id)]);
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
