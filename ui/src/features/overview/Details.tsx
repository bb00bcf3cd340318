import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import type { ReactNode } from "react";
import type { ClusterDetail } from "~/contract/types";
import { CopyButton } from "~/shared/CopyButton";
import { NONE } from "~/shared/format";
import { useT } from "~/shared/text";
import { Ago } from "~/shared/time";
import { texts } from "./texts";

function Copyable(props: { text: string | null; what: string }): ReactNode {
  if (!props.text) return NONE;
  return (
    <span className="weir-inline">
      <span className="weir-mono">{props.text}</span>
      <CopyButton text={props.text} what={props.what} variant="inline" />
    </span>
  );
}

export function Details({ cluster }: { cluster: ClusterDetail }) {
  const t = useT();
  const version = cluster.version ?? NONE;
  return (
    <Container header={<Header variant="h2">{t(texts.details)}</Header>}>
      <KeyValuePairs
        columns={3}
        items={[
          {
            label: t(texts.clusterId),
            value: <Copyable text={cluster.cluster_id} what={t(texts.clusterId)} />,
          },
          { label: t(texts.engine), value: cluster.engine },
          { label: t(texts.version), value: version },
          {
            label: t(texts.controller),
            value: cluster.controller === null ? NONE : t(texts.node, { id: cluster.controller }),
          },
          { label: t(texts.created), value: <Ago at={cluster.created_at} /> },
          {
            label: t(texts.directory),
            value: <Copyable text={cluster.directory} what={t(texts.copyPath)} />,
          },
        ]}
      />
    </Container>
  );
}
