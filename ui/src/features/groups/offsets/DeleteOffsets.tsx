import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import type { GroupDetail } from "~/contract/types";
import { tag, useCall, useCommand } from "~/shared/api";
import { Confirm } from "~/shared/Confirm";
import { ErrorBox } from "~/shared/ErrorBox";
import { useFlash } from "~/shared/flash";
import { useT } from "~/shared/text";
import { Changes } from "./Changes";
import { TopicsField } from "./TopicsField";
import { texts } from "./texts";

interface DeleteOffsetsProps {
  cluster: string;
  group: GroupDetail;
  /** The group's name is typed first. */
  production: boolean;
  onDone: () => void;
}

/** The group forgets what it committed for topics that no member reads. */
export function DeleteOffsets({ cluster, group, production, onDone }: DeleteOffsetsProps) {
  const t = useT();
  const { track } = useFlash();
  const committed = group.lag_rows.filter((row) => row.committed !== null);
  const topics = [...new Set(committed.map((row) => row.topic))];
  const [chosen, setChosen] = useState<string[]>(topics.length === 1 ? topics : []);
  const asked = { cluster, group: group.name, topics: chosen };
  const preview = useCall(
    "groups.delete_offsets",
    { ...asked, dry_run: true },
    { tags: [tag.group(cluster, group.name)], enabled: chosen.length > 0, fresh: true },
  );
  const remove = useCommand("groups.delete_offsets", [tag.group(cluster, group.name), tag.groups(cluster)]);
  const shown = chosen.length > 0 ? preview.data : undefined;
  const confirm = () =>
    remove.mutate(
      { ...asked, dry_run: false },
      {
        onSuccess: ({ operation }) => {
          track(operation);
          onDone();
        },
      },
    );
  return (
    <Confirm
      title={t(texts.deleteOffsets)}
      action={t(texts.deleteOffsets)}
      blocked={!shown}
      {...(production ? { word: group.name } : {})}
      {...(shown ? { warning: t(texts.deleteSum, { n: shown.changes.length }) } : {})}
      command={shown?.command ?? undefined}
      pending={remove.isPending}
      error={remove.error}
      onConfirm={confirm}
      onDismiss={onDone}
    >
      <SpaceBetween size="m">
        <div>{t.rich(texts.deleteBody, { name: group.name, b: (chunks) => <b>{chunks}</b> })}</div>
        <TopicsField
          topics={topics}
          chosen={chosen}
          placeholder={t(texts.chooseTopics)}
          onChange={setChosen}
        />
        {preview.isError ? <ErrorBox error={preview.error} /> : <span hidden />}
        {shown ? <Changes changes={shown.changes} /> : <span hidden />}
      </SpaceBetween>
    </Confirm>
  );
}
