import Box from "@cloudscape-design/components/box";
import Header from "@cloudscape-design/components/header";
import Table from "@cloudscape-design/components/table";
import type { ClusterDetail, GroupRow } from "~/contract/types";
import { count } from "~/shared/format";
import { LagCell } from "~/shared/LagCell";
import { NameLink } from "~/shared/NameLink";
import { paths } from "~/shared/paths";
import { GroupStateIndicator } from "~/shared/state";
import { useT } from "~/shared/text";
import { texts } from "./texts";
import { ViewAll } from "./ViewAll";

export function TopLag({ cluster }: { cluster: ClusterDetail }) {
  const t = useT();
  const lags = cluster.top_lag.map((row) => Number(row.lag ?? 0));
  const largest = Math.max(1, ...lags);
  const total = lags.reduce((sum, lag) => sum + lag, 0);
  return (
    <Table<GroupRow>
      variant="container"
      items={cluster.top_lag}
      trackBy="id"
      ariaLabels={{ tableLabel: t(texts.topLag) }}
      header={
        <Header
          variant="h2"
          {...(cluster.groups_behind ? { counter: `(${count(cluster.groups_behind)})` } : {})}
          actions={<ViewAll href={paths.groups(cluster.id)} what={t(texts.groups)} />}
        >
          {t(texts.topLag)}
        </Header>
      }
      columnDefinitions={[
        {
          id: "name",
          header: t(texts.group),
          isRowHeader: true,
          cell: (row) => <NameLink href={paths.group(cluster.id, row.name)}>{row.name}</NameLink>,
        },
        { id: "state", header: t(texts.state), cell: (row) => <GroupStateIndicator state={row.state} /> },
        {
          id: "members",
          header: <span className="weir-right">{t(texts.members)}</span>,
          cell: (row) => <span className="weir-right">{row.members}</span>,
        },
        {
          id: "lag",
          header: t(texts.lag),
          cell: (row) => <LagCell lag={row.lag} reason={row.lag_reason} largest={largest} total={total} />,
        },
      ]}
      empty={
        <Box textAlign="center" color="inherit">
          <Box variant="strong">{t(cluster.groups ? texts.noLag : texts.noGroups)}</Box>
          <Box variant="p" color="text-body-secondary">
            {t(cluster.groups ? texts.noLagHint : texts.noGroupsHint)}
          </Box>
        </Box>
      }
    />
  );
}
