import { useMemo } from "react";
import type { GroupDetail, GroupMember } from "~/contract/types";
import { middle, NONE } from "~/shared/format";
import { isRebalancing } from "~/shared/state";
import { type Column, ResourceTable } from "~/shared/table/ResourceTable";
import { type Translate, useT } from "~/shared/text";
import { texts } from "./texts";

/** "0-3, 7": runs of partitions, as people write them. */
export function runs(partitions: number[]): string {
  const sorted = [...partitions].sort((a, b) => a - b);
  const parts: string[] = [];
  for (let at = 0; at < sorted.length; ) {
    let end = at;
    while (sorted[end + 1] === (sorted[end] ?? 0) + 1) end += 1;
    parts.push(end === at ? String(sorted[at]) : `${sorted[at]}-${sorted[end]}`);
    at = end + 1;
  }
  return parts.join(", ");
}

const ROLE = { active: texts.active, standby: texts.standby, warmup: texts.warmup };

function assigned(t: Translate, { assignment, tasks = [] }: GroupMember): string {
  const parts = assignment.map(({ topic, partitions }) => `${topic}: ${runs(partitions)}`);
  const roles = tasks.map(({ role, subtopology, partitions }) =>
    t(ROLE[role], { subtopology, partitions: runs(partitions) }),
  );
  return [...parts, ...roles].join("; ");
}

function Assignment({ row, waiting }: { row: GroupMember; waiting: boolean }) {
  const t = useT();
  const has = assigned(t, row);
  if (!waiting) return <>{has || NONE}</>;
  return <span className="weir-soft">{has ? t(texts.until, { partitions: has }) : t(texts.joined)}</span>;
}

function columns(t: Translate, waiting: boolean): Column<GroupMember>[] {
  return [
    { id: "client", header: t(texts.client), cell: (row) => row.client_id, rowHeader: true, width: 190 },
    {
      id: "assignment",
      header: t(texts.assignment),
      cell: (row) => <Assignment row={row} waiting={waiting} />,
      width: 260,
    },
    { id: "host", header: t(texts.host), cell: (row) => row.host, width: 130, wide: 1 },
    {
      id: "instance",
      header: t(texts.instance),
      cell: (row) => row.instance ?? NONE,
      width: 110,
      wide: 1,
    },
    {
      id: "id",
      header: t(texts.memberId),
      cell: (row) => (
        <span className="weir-mono" title={row.id}>
          {middle(row.id, 34)}
        </span>
      ),
      width: 270,
      wide: 1,
    },
  ];
}

export function MembersTable({ group }: { group: GroupDetail }) {
  const t = useT();
  const waiting = isRebalancing(group.state);
  const definitions = useMemo(() => columns(t, waiting), [t, waiting]);
  return (
    <ResourceTable<GroupMember>
      id="group-members"
      variant="container"
      title={t(texts.members)}
      columns={definitions}
      rows={group.member_rows}
      rowId={(row) => row.id}
      rowName={(row) => row.client_id}
      total={group.member_rows.length}
      wrapLines
      empty={{ title: t(texts.noMembers), hint: t(texts.noMembersHint) }}
    />
  );
}
