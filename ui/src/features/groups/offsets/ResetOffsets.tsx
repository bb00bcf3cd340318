import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import type { GroupDetail } from "~/contract/types";
import { tag, useCall, useCommand } from "~/shared/api";
import { Confirm } from "~/shared/Confirm";
import { ErrorBox } from "~/shared/ErrorBox";
import { useFlash } from "~/shared/flash";
import { useT } from "~/shared/text";
import { useZone, useZoneName } from "~/shared/time";
import { useSettled } from "~/shared/useSettled";
import { Changes, Sum } from "./Changes";
import { emptyDraft, partitionsOf, placesOf, type ResetDraft, scopeOf, targetOf, type Where } from "./draft";
import { TopicsField } from "./TopicsField";
import { texts } from "./texts";

const TYPED = {
  time: { label: texts.timeLabel, bad: texts.timeBad, placeholder: "2026-11-23 10:15:02" },
  offset: { label: texts.offsetLabel, bad: texts.offsetBad, placeholder: "0" },
  shift: { label: texts.shiftLabel, bad: texts.shiftBad, placeholder: "-100" },
} as const;

interface FieldsProps {
  draft: ResetDraft;
  /** Of group. */
  type: string;
  topics: string[];
  onChange: (change: Partial<ResetDraft>) => void;
}

/** The value of the target, where it has one. */
function Typed({ draft, onChange }: FieldsProps) {
  const t = useT();
  const zone = useZone();
  const zoneName = useZoneName();
  const { where } = draft;
  if (where === "earliest" || where === "latest") return <span hidden />;
  const { label, bad, placeholder } = TYPED[where];
  const wrong = draft[where] !== "" && targetOf(draft, zone) === null;
  return (
    <FormField
      label={t(label, { zone: zoneName })}
      constraintText={where === "shift" ? t(texts.shiftHint) : undefined}
      errorText={wrong ? t(bad) : undefined}
    >
      <Input
        value={draft[where]}
        placeholder={placeholder}
        invalid={wrong}
        autoComplete="off"
        spellcheck={false}
        onChange={({ detail }) => onChange({ [where]: detail.value })}
      />
    </FormField>
  );
}

function Fields(props: FieldsProps) {
  const t = useT();
  const { draft, type, topics, onChange } = props;
  const options = placesOf(type).map((value) => ({ value, label: t(texts[value]) }));
  const wrong = partitionsOf(draft.partitions) === null;
  return (
    <SpaceBetween size="m">
      <FormField label={t(texts.to)}>
        <Select
          selectedOption={options.find((each) => each.value === draft.where) ?? null}
          options={options}
          onChange={({ detail }) => onChange({ where: detail.selectedOption.value as Where })}
        />
      </FormField>
      <Typed {...props} />
      <TopicsField
        topics={topics}
        chosen={draft.topics}
        placeholder={t(type === "share" ? texts.allShared : texts.allTopics)}
        onChange={(chosen) => onChange({ topics: chosen })}
      />
      {draft.topics.length === 1 ? (
        <FormField
          label={t(texts.partitions)}
          constraintText={t(texts.partitionsHint)}
          errorText={wrong ? t(texts.partitionsBad) : undefined}
        >
          <Input
            value={draft.partitions}
            invalid={wrong}
            onChange={({ detail }) => onChange({ partitions: detail.value })}
          />
        </FormField>
      ) : (
        <span hidden />
      )}
    </SpaceBetween>
  );
}

interface ResetOffsetsProps {
  cluster: string;
  group: GroupDetail;
  /** The group's name is typed first. */
  production: boolean;
  onDone: () => void;
}

/** Where the group goes on, with every change before it is made. */
export function ResetOffsets({ cluster, group, production, onDone }: ResetOffsetsProps) {
  const t = useT();
  const zone = useZone();
  const { track } = useFlash();
  const [draft, setDraft] = useState(emptyDraft);
  const shares = group.type === "share";
  const topics = [...new Set(group.lag_rows.map((row) => row.topic))];
  const [to, scope] = [targetOf(draft, zone), scopeOf(draft)];
  const asked = { cluster, group: group.name, topics: scope ?? [], to: to ?? { kind: "latest" as const } };
  const settled = useSettled({ ...asked, dry_run: true });
  const whole = to !== null && scope !== null;
  const current = JSON.stringify(settled) === JSON.stringify({ ...asked, dry_run: true });
  const preview = useCall("groups.reset_offsets", settled, {
    tags: [tag.group(cluster, group.name)],
    enabled: whole && current,
    keep: true,
    fresh: true,
  });
  const reset = useCommand("groups.reset_offsets", [tag.group(cluster, group.name), tag.groups(cluster)]);
  const seen = whole && current && !preview.isPlaceholderData ? preview.data : undefined;
  const shown = whole ? preview.data : undefined;
  const confirm = () =>
    reset.mutate(
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
      size="large"
      title={t(texts.reset)}
      action={t(texts.reset)}
      blocked={!seen || preview.isError}
      {...(production ? { word: group.name } : {})}
      command={shown?.command ?? undefined}
      pending={reset.isPending}
      error={reset.error}
      onConfirm={confirm}
      onDismiss={onDone}
    >
      <SpaceBetween size="m">
        <div>
          {t.rich(shares ? texts.shareBody : texts.resetBody, {
            name: group.name,
            b: (chunks) => <b>{chunks}</b>,
          })}
        </div>
        <Fields
          draft={draft}
          type={group.type}
          topics={topics}
          onChange={(change) => setDraft((before) => ({ ...before, ...change }))}
        />
        {whole && preview.isError ? <ErrorBox error={preview.error} /> : <span hidden />}
        {whole && preview.isPending ? <div role="status">{t(texts.looking)}</div> : <span hidden />}
        {shown && !preview.isError ? (
          <div>
            <Sum changes={shown.changes} />
            <Changes changes={shown.changes} starts={shares} />
          </div>
        ) : (
          <span hidden />
        )}
      </SpaceBetween>
    </Confirm>
  );
}
