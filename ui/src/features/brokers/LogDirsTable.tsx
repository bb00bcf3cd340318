import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useMemo, useState } from "react";
import type { LogDirRow } from "~/contract/types";
import { tag, useCall } from "~/shared/api";
import { Breakable } from "~/shared/Breakable";
import { bytes, count, NONE } from "~/shared/format";
import { type Column, ResourceTable } from "~/shared/table/ResourceTable";
import { type Translate, useT } from "~/shared/text";
import { LogDirActions } from "./LogDirActions";
import { logDirName } from "./logDirName";
import { texts } from "./texts";

function LogDirState({ row }: { row: LogDirRow }) {
  const t = useT();
  if (row.error === null) return <StatusIndicator type="success">{t(texts.logDirOnline)}</StatusIndicator>;
  return <StatusIndicator type="error">{t(texts.logDirOffline)}</StatusIndicator>;
}

function columns(t: Translate): Column<LogDirRow>[] {
  const figure = (id: string, header: string, cell: (row: LogDirRow) => string) => ({
    id,
    header,
    cell,
    numeric: true,
    width: 110,
  });
  return [
    { id: "broker", header: t(texts.id), cell: (row) => <b>{row.broker}</b>, width: 90 },
    {
      id: "name",
      header: t(texts.logDir),
      cell: (row) => <span className="weir-mono">{logDirName(row)}</span>,
      rowHeader: true,
      width: 130,
    },
    {
      id: "state",
      header: t(texts.state),
      cell: (row) => <LogDirState row={row} />,
      words: [t(texts.logDirOnline), t(texts.logDirOffline)],
      sign: true,
    },
    figure("replicas", t(texts.replicas), (row) => (row.replicas === null ? NONE : count(row.replicas))),
    figure("size", t(texts.size), (row) => (row.size === null ? NONE : bytes(row.size))),
    {
      ...figure("free", t(texts.logDirFree), (row) => (row.free === null ? NONE : bytes(row.free))),
      note: t(texts.logDirFreeNote),
    },
    {
      id: "path",
      header: t(texts.logDirPath),
      cell: (row) => (
        <span className="weir-mono">
          <Breakable text={row.path} />
        </span>
      ),
      width: 320,
      extra: true,
    },
  ];
}

const PAGE = 25;
const idOf = (row: LogDirRow) => `${row.broker} ${row.path}`;

/** Where brokers keep their replicas, and a log dir that fails and works again. */
export function LogDirsTable({ cluster }: { cluster: string }) {
  const t = useT();
  const dirs = useCall("brokers.log_dirs", { cluster }, { tags: [tag.brokers(cluster)] });
  const definitions = useMemo(() => columns(t), [t]);
  const [selected, setSelected] = useState<string[]>([]);
  const [page, setPage] = useState(1);
  const all = dirs.data?.rows;
  const at = Math.min(page, Math.max(1, Math.ceil((all?.length ?? 0) / PAGE)));
  const rows = useMemo(() => all?.slice((at - 1) * PAGE, at * PAGE), [all, at]);
  const chosen = all?.find((row) => selected.includes(idOf(row)));
  return (
    <ResourceTable<LogDirRow>
      id="log-dirs"
      variant="container"
      title={t(texts.logDirs)}
      columns={definitions}
      rows={rows}
      rowId={idOf}
      rowName={(row) => t(texts.logDirOf, { name: logDirName(row), id: row.broker })}
      total={all?.length}
      {...((all?.length ?? 0) > PAGE ? { paging: { page: at, size: PAGE, onChange: setPage } } : {})}
      error={dirs.data ? null : dirs.error}
      warnings={dirs.data?.warnings ?? []}
      onRefresh={() => void dirs.refetch()}
      refreshing={dirs.isFetching}
      empty={{ title: t(texts.logDirsNone), hint: t(texts.logDirsNoneHint) }}
      selection={{ type: "single", ids: selected, onChange: setSelected }}
      actions={<LogDirActions cluster={cluster} row={chosen} />}
    />
  );
}
