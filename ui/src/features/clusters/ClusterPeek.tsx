import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ClusterRow } from "~/contract/types";
import { shortAddresses } from "~/shared/addresses";
import { Copyable } from "~/shared/Copyable";
import { count, NONE } from "~/shared/format";
import { NameLink } from "~/shared/NameLink";
import { paths } from "~/shared/paths";
import { ClusterHealth, ClusterStateIndicator, noBrokerRuns } from "~/shared/state";
import { useT } from "~/shared/text";
import { LastOperation } from "./LastOperation";
import { texts } from "./texts";

function online({ brokers_online: up, brokers_total: all }: ClusterRow): string {
  if (all === null) return NONE;
  return up === null ? count(all) : `${count(up)}/${count(all)}`;
}

/** A cluster at a glance: every column of the list, whatever is hidden there, and the whole address. */
export function ClusterPeek({ row }: { row: ClusterRow }) {
  const t = useT();
  return (
    <SpaceBetween size="m">
      <KeyValuePairs
        columns={4}
        items={[
          {
            label: t(texts.state),
            value: (
              <span className="weir-inline">
                <ClusterStateIndicator cluster={row} />
                <ClusterHealth cluster={row} />
              </span>
            ),
          },
          { label: t(texts.engine), value: row.engine },
          { label: t(texts.version), value: row.version ?? NONE },
          { label: t(texts.brokers), value: online(row) },
          { label: t(texts.topics), value: count(row.topics) },
          { label: t(texts.partitions), value: count(row.partitions) },
          { label: t(texts.maxLag), value: noBrokerRuns(row) ? NONE : count(row.max_lag) },
          { label: t(texts.lastOperation), value: <LastOperation row={row} /> },
          {
            label: t(texts.bootstrap),
            value:
              row.bootstrap === "" ? (
                NONE
              ) : (
                <Copyable
                  text={row.bootstrap}
                  shown={shortAddresses(t, row.bootstrap).replaceAll(",", ", ")}
                  what={t(texts.bootstrapWhat, { name: row.name })}
                />
              ),
          },
        ]}
      />
      <NameLink href={paths.cluster(row.id)}>{t(texts.open)}</NameLink>
    </SpaceBetween>
  );
}
