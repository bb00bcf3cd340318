import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { TopicRow } from "~/contract/types";
import { bytes, count, NONE, retention } from "~/shared/format";
import { NameLink } from "~/shared/NameLink";
import { paths } from "~/shared/paths";
import { HealthIndicator, sickPartitions } from "~/shared/state";
import { useT } from "~/shared/text";
import { Ago } from "~/shared/time";
import { texts } from "../texts";

/** A topic at a glance: every column of the list, whatever is hidden there. */
export function TopicPeek({ cluster, row }: { cluster: string; row: TopicRow }) {
  const t = useT();
  return (
    <SpaceBetween size="m">
      <KeyValuePairs
        columns={4}
        items={[
          {
            label: t(texts.health),
            value: (
              <HealthIndicator health={row.health} count={sickPartitions(row)} creating={row.creating} />
            ),
          },
          { label: t(texts.partitions), value: count(row.partitions) },
          { label: t(texts.rf), value: count(row.replication) },
          { label: t(texts.messages), value: count(row.messages) },
          { label: t(texts.sizeNote), value: bytes(row.size) },
          { label: t(texts.retention), value: retention(row.retention) },
          { label: t(texts.cleanup), value: row.cleanup ?? NONE },
          { label: t(texts.groups), value: count(row.groups) },
          { label: t(texts.lastWrite), value: <Ago at={row.last_write} /> },
        ]}
      />
      <NameLink href={paths.topic(cluster, row.name)}>{t(texts.open)}</NameLink>
    </SpaceBetween>
  );
}
