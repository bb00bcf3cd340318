import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import type { ReactNode } from "react";
import type { ClusterDetail } from "~/contract/types";
import { Copyable } from "~/shared/Copyable";
import { NONE } from "~/shared/format";
import { type Translate, useT } from "~/shared/text";
import { Ago } from "~/shared/time";
import { texts } from "./texts";

function copyable(text: string | null, what: string): ReactNode {
  return text ? <Copyable text={text} what={what} /> : NONE;
}

/** What it was made with beyond the defaults; nothing where that is nothing. */
function madeWith(t: Translate, { configs }: ClusterDetail) {
  if (configs.length === 0) return [];
  const lines = configs.map(({ name, value }) => (
    <div key={name} className="weir-mono">
      {name}={value}
    </div>
  ));
  return [{ label: t(texts.madeWith), value: <div>{lines}</div> }];
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
            value: copyable(cluster.cluster_id, t(texts.clusterId)),
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
            value: copyable(cluster.directory, t(texts.copyPath)),
          },
          ...madeWith(t, cluster),
        ]}
      />
    </Container>
  );
}
