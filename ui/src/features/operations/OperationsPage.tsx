import Box from "@cloudscape-design/components/box";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useMemo, useState } from "react";
import { useParams } from "react-router";
import type { Operation } from "~/contract/types";
import { tag, useCall } from "~/shared/api";
import { CancelRemoval } from "~/shared/CancelRemoval";
import { Command } from "~/shared/Command";
import { useFlash } from "~/shared/flash";
import { duration, NONE } from "~/shared/format";
import {
  ByWhom,
  OperationChanges,
  OperationError,
  OperationSteps,
  operationMs,
} from "~/shared/OperationCard";
import { PutBack } from "~/shared/PutBack";
import { SplitContent } from "~/shared/split";
import { OperationStateIndicator, operationStateWords } from "~/shared/state";
import { useCellFocus } from "~/shared/table/cellFocus";
import { type Column, ResourceTable } from "~/shared/table/ResourceTable";
import { useListState } from "~/shared/table/useListState";
import { type Translate, useT } from "~/shared/text";
import { Ago } from "~/shared/time";
import { texts } from "./texts";

function Title(props: { operation: Operation; onOpen: (id: string) => void }) {
  const t = useT();
  const focus = useCellFocus<HTMLButtonElement>();
  const { operation, onOpen } = props;
  return (
    <button {...focus} type="button" className="weir-linkbutton" onClick={() => onOpen(operation.id)}>
      {t.core(operation.title)}
    </button>
  );
}

function columns(t: Translate, onOpen: (id: string) => void): Column<Operation>[] {
  return [
    {
      id: "title",
      header: t(texts.operation),
      cell: (row) => <Title operation={row} onOpen={onOpen} />,
      rowHeader: true,
      width: 330,
    },
    { id: "target", header: t(texts.target), cell: (row) => row.target ?? NONE, width: 180 },
    {
      id: "state",
      header: t(texts.state),
      cell: (row) => <OperationStateIndicator state={row.state} />,
      words: operationStateWords(t),
      sign: true,
    },
    { id: "started", header: t(texts.started), cell: (row) => <Ago at={row.started_at} />, width: 130 },
    {
      id: "took",
      header: t(texts.took),
      cell: (row) => {
        const ms = operationMs(row);
        return ms === null ? NONE : duration(ms);
      },
      numeric: true,
      width: 120,
    },
    {
      id: "by",
      header: t(texts.by),
      cell: (row) => <ByWhom by={row.by} />,
      width: 120,
      minWidth: 120,
      wide: 1,
    },
  ];
}

function Details({ operation }: { operation: Operation }) {
  const t = useT();
  return (
    <SpaceBetween size="m">
      <SpaceBetween direction="horizontal" size="s">
        <OperationStateIndicator state={operation.state} />
        <span className="weir-soft">
          <Ago at={operation.started_at} /> · <ByWhom by={operation.by} />
        </span>
      </SpaceBetween>
      <CancelRemoval operation={operation} />
      <PutBack operation={operation} />
      {operation.error ? (
        <div>
          <Box variant="h3">{t(texts.error)}</Box>
          <OperationError operation={operation} />
        </div>
      ) : (
        <span hidden />
      )}
      {operation.changes.length > 0 ? (
        <div>
          <Box variant="h3">{t(texts.changes)}</Box>
          <OperationChanges operation={operation} />
        </div>
      ) : (
        <span hidden />
      )}
      <div>
        <Box variant="h3">{t(texts.steps)}</Box>
        {operation.steps.length > 0 ? (
          <OperationSteps steps={operation.steps} />
        ) : (
          <span className="weir-soft">{t(texts.noSteps)}</span>
        )}
      </div>
      {operation.command ? <Command command={operation.command} /> : <span hidden />}
    </SpaceBetween>
  );
}

export default function OperationsPage() {
  const t = useT();
  const { cluster = "" } = useParams();
  const list = useListState("operations", { sort: "started" });
  const { query, page, page_size } = list.state;
  const { operations } = useFlash();
  const [openId, setOpenId] = useState<string | null>(null);
  const answer = useCall(
    "operations.list",
    { cluster, query, page, page_size },
    { tags: [tag.operations(cluster)], keep: true },
  );
  const definitions = useMemo(() => columns(t, setOpenId), [t]);
  const rows = answer.data?.rows.map((row) => operations[row.id] ?? row);
  const open = rows?.find((row) => row.id === openId);
  return (
    <>
      <ResourceTable<Operation>
        id="operations"
        title={t(texts.title)}
        columns={definitions}
        rows={rows}
        rowId={(row) => row.id}
        rowName={(row) => t.core(row.title)}
        total={answer.data?.total}
        updatedAt={answer.dataUpdatedAt || undefined}
        error={answer.data ? null : answer.error}
        onRefresh={() => void answer.refetch()}
        refreshing={answer.isFetching}
        empty={{ title: t(texts.empty), hint: t(texts.emptyHint) }}
        filter={{ value: query, onChange: list.setQuery, placeholder: t(texts.find) }}
        paging={{ page, size: page_size, onChange: list.setPage, onSize: list.setSize }}
        {...(open
          ? {}
          : { peek: (row) => ({ header: t.core(row.title), content: <Details operation={row} /> }) })}
      />
      {open ? (
        <SplitContent header={t.core(open.title)} onClose={() => setOpenId(null)}>
          <Details operation={open} />
        </SplitContent>
      ) : null}
    </>
  );
}
