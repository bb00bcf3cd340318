import Container from "@cloudscape-design/components/container";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import type { ReactNode } from "react";
import type { ClusterDetail } from "~/contract/types";
import { bytes, count, NONE } from "~/shared/format";
import { NameLink } from "~/shared/NameLink";
import { paths } from "~/shared/paths";
import { useT } from "~/shared/text";
import { answering } from "./answering";
import { known } from "./known";
import { texts } from "./texts";

function Figure(props: { label: string; href?: string; children: ReactNode; note?: ReactNode }) {
  return (
    <div className="weir-figure">
      <div className="weir-figure-label">
        {props.href ? <NameLink href={props.href}>{props.label}</NameLink> : props.label}
      </div>
      <div className="weir-figure-value">{props.children}</div>
      <div className="weir-figure-note">{props.note}</div>
    </div>
  );
}

function Zero(props: { value: number | null; type: "warning" | "error"; note: string }) {
  if (props.value === null) return <>{NONE}</>;
  return (
    <StatusIndicator type={props.value === 0 ? "success" : props.type}>
      {props.value === 0 ? "0" : props.note}
    </StatusIndicator>
  );
}

/** The line of health that answers first. */
export function Counts(props: { cluster: ClusterDetail }) {
  const t = useT();
  const cluster = known(props.cluster);
  const { id, brokers_online: online, brokers_total: total } = cluster;
  const well = online === null || online === total;
  const parts = cluster.partitions ?? 0;
  const all = cluster.partitions_all ?? parts;
  const hasInternal = all > parts;
  return (
    <Container>
      <div className="weir-figures-room">
        <div className="weir-figures">
          <Figure label={t(texts.brokers)} href={paths.brokers(id)}>
            <StatusIndicator type={well ? "success" : online === 0 ? "error" : "warning"}>
              {t(texts.brokersOnline, { n: online ?? total ?? 0, all: total ?? 0 })}
            </StatusIndicator>
          </Figure>
          <Figure
            label={t(texts.underReplicated)}
            note={hasInternal && cluster.under_replicated ? t(texts.withInternal) : ""}
          >
            <Zero
              value={cluster.under_replicated}
              type="warning"
              note={t(texts.ofPartitions, { n: cluster.under_replicated ?? 0, all })}
            />
          </Figure>
          <Figure label={t(texts.offline)} note={hasInternal && cluster.offline ? t(texts.withInternal) : ""}>
            <Zero
              value={cluster.offline}
              type="error"
              note={t(texts.ofPartitions, { n: cluster.offline ?? 0, all })}
            />
          </Figure>
          <Figure
            label={t(texts.topics)}
            href={paths.topics(id)}
            note={cluster.partitions === null ? "" : t(texts.partitions, { n: parts })}
          >
            <b>{count(cluster.topics)}</b>
          </Figure>
          <Figure
            label={t(texts.groups)}
            href={paths.groups(id)}
            note={cluster.max_lag === null ? "" : t(texts.largestLag, { n: count(cluster.max_lag) })}
          >
            <b>{count(cluster.groups)}</b>
          </Figure>
          <Figure
            label={t(texts.stored)}
            note={cluster.bytes === null ? "" : (answering(t, cluster) ?? t(texts.allReplicas))}
          >
            <b>{bytes(cluster.bytes)}</b>
          </Figure>
        </div>
      </div>
    </Container>
  );
}
