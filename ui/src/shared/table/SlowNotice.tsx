import { useParams } from "react-router";
import type { Text } from "~/contract/types";
import { tag, useCall } from "../api";
import { useT } from "../text";
import { texts } from "./texts";

/** The brokers that left their last question unanswered, as a cluster's warnings name them. */
export function silentBrokers(warnings: Text[]): string[] {
  return warnings.filter(({ id }) => id === "warning.broker_silent").map(({ args }) => String(args.broker));
}

/** In place of rows that have not come for seconds: who is waited for, as far as anybody knows. */
export function SlowNotice() {
  const t = useT();
  const { cluster = "" } = useParams();
  const call = { tags: [tag.cluster(cluster)], enabled: cluster !== "" };
  const detail = useCall("clusters.get", { cluster }, call).data;
  if (!detail) return t(texts.slow);
  const silent = silentBrokers(detail.warnings);
  if (silent.length === 0) return t(texts.slowCluster, { name: detail.name, address: detail.bootstrap });
  return t(texts.slowBrokers, { n: silent.length, brokers: silent.join(", ") });
}
