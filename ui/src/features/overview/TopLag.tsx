import Box from "@cloudscape-design/components/box";
import Header from "@cloudscape-design/components/header";
import Table from "@cloudscape-design/components/table";
import type { ClusterDetail, GroupRow } from "~/contract/types";
import { count } from "~/shared/format";
import { LagCell } from "~/shared/LagCell";
import { NameLink } from "~/shared/NameLink";
import { paths } from "~/shared/paths";
import { GroupStateIndicator } from "~/shared/state";
import { type Message, useT } from "~/shared/text";
import { known, nobodyAnswers } from "./known";
import { texts } from "./texts";
import { ViewAll } from "./ViewAll";

/** Why there is no lag to show. */
function whyNone(cluster: ClusterDetail): [title: Message, hint: Message] {
  if (nobodyAnswers(cluster)) return [texts.lagUnknown, texts.lagUnknownHint];
  return cluster.groups ? [texts.noLag, texts.noLagHint] : [texts.noGroups, texts.noGroupsHint];
}

export function TopLag({ cluster: asked }: { cluster: ClusterDetail }) {
  const t = useT();
  const cluster = known(asked);
  const [none, hint] = whyNone(asked);
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
          <Box variant="strong">{t(none)}</Box>
          <Box variant="p" color="text-body-secondary">
            {t(hint)}
          </Box>
        </Box>
      }
    />
  );
}
