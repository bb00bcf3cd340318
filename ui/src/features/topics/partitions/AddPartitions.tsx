import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import type { TopicDetail } from "~/contract/types";
import { tag, useCall, useCommand } from "~/shared/api";
import { Command } from "~/shared/Command";
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
    if (!sound || add.isPending) return;
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
    <Modal
      visible
      header={t(texts.add)}
      onDismiss={onDone}
      closeAriaLabel={t(texts.cancel)}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" onClick={onDone}>
              {t(texts.cancel)}
            </Button>
            <Button variant="primary" loading={add.isPending} onClick={submit}>
              {t(texts.add)}
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <SpaceBetween size="m">
          <div>{t(texts.addBody, { name: topic.name, n: topic.partitions })}</div>
          <FormField label={t(texts.total)} errorText={asked ? problem : undefined}>
            <Input
              type="number"
              autoFocus
              value={typed}
              invalid={asked && !sound}
              onChange={({ detail }) => setTyped(detail.value)}
              onBlur={() => setAsked(true)}
            />
          </FormField>
          {preview.data && sound ? <Command command={preview.data.command} /> : <span hidden />}
          {add.error ? <ErrorBox error={add.error} command /> : <span hidden />}
        </SpaceBetween>
      </form>
    </Modal>
  );
}
