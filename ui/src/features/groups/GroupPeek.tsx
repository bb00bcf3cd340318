import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { GroupRow } from "~/contract/types";
import { count, NONE } from "~/shared/format";
import { NameLink } from "~/shared/NameLink";
import { paths } from "~/shared/paths";
import { GroupStateIndicator, groupStateText, groupTypeText } from "~/shared/state";
import { useT } from "~/shared/text";
import { texts } from "./texts";

/** A group at a glance, its state in a sentence. */
export function GroupPeek({ cluster, row }: { cluster: string; row: GroupRow }) {
  const t = useT();
  const state = groupStateText(row.state);
  const type = groupTypeText(row.type);
  return (
    <SpaceBetween size="m">
      <KeyValuePairs
        columns={4}
        items={[
          { label: t(texts.state), value: <GroupStateIndicator state={row.state} /> },
          { label: t(texts.type), value: row.type },
          { label: t(texts.members), value: count(row.members) },
          { label: t(texts.topics), value: count(row.topics) },
          {
            label: t(texts.lag),
            value: row.lag === null ? (row.lag_reason ? t.core(row.lag_reason) : NONE) : count(row.lag),
          },
          {
            label: t(texts.coordinator),
            value: row.coordinator === null ? NONE : t(texts.broker, { id: row.coordinator }),
          },
        ]}
      />
      {type ? <div>{t(type)}</div> : <span hidden />}
      {state ? <div>{t(state)}</div> : <span hidden />}
      <NameLink href={paths.group(cluster, row.name)}>{t(texts.open)}</NameLink>
    </SpaceBetween>
  );
}
