import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { usePlatform } from "~/platform";
import { invalidate, tag } from "./api";
import { errorText } from "./ErrorBox";
import { useFlash } from "./flash";
import { useT } from "./text";

export type ClusterCommand =
  | "clusters.start"
  | "clusters.stop"
  | "clusters.sample_start"
  | "clusters.sample_remove";

/** Runs a command on a cluster and follows its operation; failures go to a flash. */
export function useRunOnCluster(): (name: ClusterCommand, cluster: string) => Promise<void> {
  const t = useT();
  const platform = usePlatform();
  const client = useQueryClient();
  const { track, flash } = useFlash();
  return async (name, cluster) => {
    try {
      const { operation } = await platform.call(name, { cluster });
      track(operation);
      await invalidate(client, [
        tag.clusters,
        tag.cluster(cluster),
        tag.operations(cluster),
        tag.topics(cluster),
      ]);
    } catch (error) {
      flash({ id: `${name}-${cluster}`, type: "error", content: errorText(t, error) });
    }
  };
}

/** The same for one command on one cluster, with whether it is being asked for. */
export function useClusterCommand(name: ClusterCommand, cluster: string) {
  const start = useRunOnCluster();
  const [pending, setPending] = useState(false);
  const run = () => {
    setPending(true);
    void start(name, cluster).finally(() => setPending(false));
  };
  return { run, pending };
}
