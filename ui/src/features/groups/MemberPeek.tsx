import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useParams } from "react-router";
import type { GroupMember } from "~/contract/types";
import { CopyButton } from "~/shared/CopyButton";
import { NONE } from "~/shared/format";
import { NameLink } from "~/shared/NameLink";
import { paths } from "~/shared/paths";
import { useT } from "~/shared/text";
import { assigned, runs } from "./assigned";
import { texts } from "./texts";

/** A member at a glance: its whole id, and what it reads, a line each topic. */
export function MemberPeek({ row }: { row: GroupMember }) {
  const t = useT();
  const { cluster = "" } = useParams();
  return (
    <SpaceBetween size="m">
      <KeyValuePairs
        columns={4}
        items={[
          { label: t(texts.client), value: row.client_id },
          { label: t(texts.host), value: row.host },
          { label: t(texts.instance), value: row.instance ?? NONE },
          {
            label: t(texts.memberId),
            value: (
              <span className="weir-mono weir-wrap">
                {row.id}{" "}
                <CopyButton
                  text={row.id}
                  what={t(texts.memberIdOf, { client: row.client_id })}
                  variant="inline"
                />
              </span>
            ),
          },
        ]}
      />
      <KeyValuePairs
        columns={4}
        items={
          row.assignment.length > 0
            ? row.assignment.map(({ topic, partitions }) => ({
                label: <NameLink href={paths.topic(cluster, topic)}>{topic}</NameLink>,
                value: runs(partitions),
              }))
            : [{ label: t(texts.assignment), value: assigned(t, row) || NONE }]
        }
      />
    </SpaceBetween>
  );
}
