import { tag, useCommand } from "~/shared/api";

type Name =
  | "brokers.start"
  | "brokers.stop"
  | "brokers.kill"
  | "brokers.add"
  | "brokers.remove"
  | "brokers.log_dir_offline"
  | "brokers.log_dir_online";

/** A command on brokers, with what it makes stale. */
export function useBrokerCommand<N extends Name>(name: N, cluster: string) {
  return useCommand(name, [tag.brokers(cluster), tag.cluster(cluster), tag.operations(cluster)]);
}
