import { useMemo } from "react";
import type { GroupDetail, GroupMember } from "~/contract/types";
import { middle, NONE } from "~/shared/format";
import { isRebalancing } from "~/shared/state";
import { type Column, ResourceTable } from "~/shared/table/ResourceTable";
import { type Translate, useT } from "~/shared/text";
import { assigned } from "./assigned";
import { MemberPeek } from "./MemberPeek";
import { texts } from "./texts";

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
      peek={(row) => ({ header: row.client_id, content: <MemberPeek row={row} /> })}
      empty={{ title: t(texts.noMembers), hint: t(texts.noMembersHint) }}
    />
  );
}
