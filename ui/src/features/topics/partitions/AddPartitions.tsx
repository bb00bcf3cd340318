import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import type { TopicDetail } from "~/contract/types";
import { tag, useCall, useCommand } from "~/shared/api";
import { Command } from "~/shared/Command";
import { Dialog } from "~/shared/Dialog";
import { ErrorBox } from "~/shared/ErrorBox";
import { useFlash } from "~/shared/flash";
import { useT } from "~/shared/text";
import { useSettled } from "~/shared/useSettled";
import { texts } from "./texts";

const TOTAL_MAX = 10_000;

interface AddPartitionsProps {
  cluster: string;
  topic: TopicDetail;
  onDone: () => void;
}

export function AddPartitions({ cluster, topic, onDone }: AddPartitionsProps) {
  const t = useT();
  const { flash } = useFlash();
  const [typed, setTyped] = useState(String(topic.partitions + 1));
  const [asked, setAsked] = useState(false);
  const total = Number(typed);
  const sound = /^\d+$/.test(typed.trim()) && total > topic.partitions && total <= TOTAL_MAX;
  const problem = sound ? undefined : t(texts.totalBad, { n: topic.partitions });
  const add = useCommand("topics.add_partitions", [tag.topic(cluster, topic.name), tag.topics(cluster)]);
  const preview = useCall(
    "topics.add_partitions",
    useSettled({ cluster, topic: topic.name, total, dry_run: true }),
    { tags: [], enabled: sound, keep: true },
  );
  const submit = () => {
    setAsked(true);
    if (!sound) return;
    add.mutate(
      { cluster, topic: topic.name, total, dry_run: false },
      {
        onSuccess: () => {
          flash({
            id: `partitions-${topic.name}`,
            type: "success",
            content: t(texts.added, { name: topic.name, n: total }),
          });
          onDone();
        },
      },
    );
  };
  return (
    <Dialog
      title={t(texts.add)}
      action={t(texts.add)}
      pending={add.isPending}
      onSubmit={submit}
      onDismiss={onDone}
    >
      <SpaceBetween size="m">
        <div>{t(texts.addBody, { name: topic.name, n: topic.partitions })}</div>
        <FormField
          label={t(texts.total)}
          constraintText={sound ? t(texts.totalAdds, { n: total - topic.partitions }) : undefined}
          errorText={asked ? problem : undefined}
        >
          <Input
            type="number"
            value={typed}
            invalid={asked && !sound}
            onChange={({ detail }) => setTyped(detail.value)}
            onBlur={() => setAsked(true)}
          />
        </FormField>
        {preview.data && sound ? <Command command={preview.data.command} /> : <span hidden />}
        {add.error ? <ErrorBox error={add.error} command /> : <span hidden />}
      </SpaceBetween>
    </Dialog>
  );
}
