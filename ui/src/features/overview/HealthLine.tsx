import Alert from "@cloudscape-design/components/alert";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ClusterDetail } from "~/contract/types";
import { NameLink } from "~/shared/NameLink";
import { paths } from "~/shared/paths";
import { noBrokerRuns } from "~/shared/state";
import { useT } from "~/shared/text";
import { texts } from "./texts";

/** Said here already, with what to do about it. */
const SAID: ReadonlySet<string> = new Set(["warning.under_replicated", "warning.offline"]);

/** What to look at first, in a sentence; silence when all is well, the counts below say so. */
export function HealthLine({ cluster }: { cluster: ClusterDetail }) {
  const t = useT();
  // Nobody answers: what was known last of brokers and partitions does not hold.
  if (cluster.state === "HEALING") return <Alert type="warning">{t(texts.sickHealing)}</Alert>;
  if (noBrokerRuns(cluster))
    return (
      <Alert type="error">
        <Line text={t(texts.sickNoBroker)} cluster={cluster.id} />
      </Alert>
    );
  return <Sentences cluster={cluster} />;
}

function Line({ text, cluster }: { text: string; cluster: string }) {
  const t = useT();
  return (
    <SpaceBetween direction="horizontal" size="xs">
      <span>{text}</span>
      <NameLink href={paths.brokers(cluster)}>{t(texts.seeBrokers)}</NameLink>
    </SpaceBetween>
  );
}

function Sentences({ cluster }: { cluster: ClusterDetail }) {
  const t = useT();
  const missing = (cluster.brokers_total ?? 0) - (cluster.brokers_online ?? cluster.brokers_total ?? 0);
  const awaiting = cluster.awaiting_leader ?? 0;
  const offline = (cluster.offline ?? 0) - awaiting;
  const under = cluster.under_replicated ?? 0;
  const sentences = [
    ...(missing > 0 ? [t(texts.sickBrokers, { n: missing })] : []),
    ...(offline > 0 ? [t(texts.sickOffline, { n: offline })] : []),
    ...(awaiting > 0 ? [t(texts.sickAwaiting, { n: awaiting })] : []),
    ...(under > 0 && offline + awaiting === 0 ? [t(texts.sickUnder, { n: under })] : []),
    ...cluster.warnings.filter((warning) => !SAID.has(warning.id)).map((warning) => t.core(warning)),
  ];
  if (sentences.length === 0) return <span hidden />;
  return (
    <Alert type={offline + awaiting > 0 ? "error" : "warning"}>
      <Line text={sentences.join(" ")} cluster={cluster.id} />
    </Alert>
  );
}
