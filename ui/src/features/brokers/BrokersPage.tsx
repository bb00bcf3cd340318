import Badge from "@cloudscape-design/components/badge";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useMemo, useState } from "react";
import { useParams } from "react-router";
import type { BrokerRow } from "~/contract/types";
import { tag, useCall } from "~/shared/api";
import { bytes, count, NONE } from "~/shared/format";
import { BrokerStateIndicator, brokerStateWords } from "~/shared/state";
import { type Column, ResourceTable } from "~/shared/table/ResourceTable";
import { type Translate, useT } from "~/shared/text";
import { AddBroker } from "./AddBroker";
import { BrokerActions } from "./BrokerActions";
import { BrokerPeek } from "./BrokerPeek";
import { QuorumTable } from "./QuorumTable";
import { texts } from "./texts";

/** Where no broker leads the controllers the column would say nothing: they are nodes of their own. */
function shownColumns(t: Translate, leads: boolean): Column<BrokerRow>[] {
  return columns(t).filter((column) => leads || column.id !== "role");
}

function columns(t: Translate): Column<BrokerRow>[] {
  const figure = (id: string, header: string, width: number, cell: (row: BrokerRow) => string) => ({
    id,
    header,
    width,
    cell,
    numeric: true,
  });
  return [
    { id: "id", header: t(texts.id), cell: (row) => <b>{row.id}</b>, rowHeader: true, width: 70 },
    {
      id: "state",
      header: t(texts.state),
      cell: (row) => <BrokerStateIndicator broker={row} />,
      words: brokerStateWords(t),
      sign: true,
    },
    {
      id: "role",
      header: t(texts.role),
      cell: (row) => (row.controller ? <Badge color="blue">{t(texts.controller)}</Badge> : NONE),
      width: 116,
      minWidth: 116,
    },
    {
      id: "address",
      header: t(texts.address),
      cell: (row) => <span className="weir-mono">{`${row.host}:${row.port}`}</span>,
      width: 170,
      minWidth: 170,
    },
    { id: "rack", header: t(texts.rack), cell: (row) => row.rack ?? NONE, width: 90, minWidth: 90 },
    figure("leaders", t(texts.leaders), 90, (row) => count(row.leaders)),
    figure("replicas", t(texts.replicas), 90, (row) => count(row.replicas)),
    { ...figure("under", t(texts.under), 140, (row) => count(row.under_replicated)), extra: true },
    { ...figure("size", t(texts.size), 92, (row) => bytes(row.size)), note: t(texts.sizeNote) },
    {
      id: "version",
      header: t(texts.version),
      cell: (row) => row.version ?? NONE,
      width: 110,
      optional: true,
    },
  ];
}

function summary(t: Translate, rows: BrokerRow[], skew: number | null): string {
  const online = rows.filter((row) => row.state === "online");
  const mean = online.reduce((sum, row) => sum + row.leaders, 0) / Math.max(1, online.length);
  return [
    t(texts.mean, { n: mean.toFixed(1).replace(/\.0$/, "") }),
    skew === null ? null : t(texts.skew, { n: (100 * skew).toFixed(1).replace(/\.0$/, "") }),
  ]
    .filter(Boolean)
    .join(" · ");
}

export default function BrokersPage() {
  const t = useT();
  const { cluster = "" } = useParams();
  const [selected, setSelected] = useState<string[]>([]);
  const brokers = useCall("brokers.list", { cluster }, { tags: [tag.brokers(cluster)] });
  const rows = brokers.data?.rows;
  const leads = rows?.some((row) => row.controller) ?? false;
  const definitions = useMemo(() => shownColumns(t, leads), [t, leads]);
  const chosen = rows?.find((row) => selected.includes(String(row.id)));
  return (
    <>
      <ResourceTable<BrokerRow>
        id="brokers"
        title={t(texts.title)}
        columns={definitions}
        rows={rows}
        rowId={(row) => String(row.id)}
        rowName={(row) => String(row.id)}
        total={rows?.length}
        description={rows && rows.length > 0 ? summary(t, rows, brokers.data?.skew ?? null) : undefined}
        updatedAt={brokers.dataUpdatedAt || undefined}
        error={brokers.data ? null : brokers.error}
        warnings={brokers.data?.warnings ?? []}
        onRefresh={() => void brokers.refetch()}
        refreshing={brokers.isFetching}
        empty={{ title: t(texts.empty), hint: t(texts.emptyHint) }}
        selection={{ type: "single", ids: selected, onChange: setSelected }}
        peek={(row) => ({ header: t(texts.broker, { id: row.id }), content: <BrokerPeek row={row} /> })}
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            <BrokerActions cluster={cluster} broker={chosen} />
            {brokers.data ? <AddBroker cluster={cluster} permit={brokers.data.permits.add} /> : null}
          </SpaceBetween>
        }
      />
      {rows && rows.length > 0 ? (
        <div className="weir-below">
          <QuorumTable cluster={cluster} />
        </div>
      ) : null}
    </>
  );
}
