import Checkbox from "@cloudscape-design/components/checkbox";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { useParams } from "react-router";
import { tag, useCall, useCommand } from "~/shared/api";
import { Command } from "~/shared/Command";
import { errorText } from "~/shared/ErrorBox";
import { FormPage } from "~/shared/FormPage";
import { useFlash } from "~/shared/flash";
import { PageFailure } from "~/shared/PageFailure";
import { paths } from "~/shared/paths";
import { useT } from "~/shared/text";
import { useDirty } from "~/shared/useDirty";
import { texts as topicTexts } from "../texts";
import {
  commandOf,
  contentOf,
  type Draft,
  EMPTY,
  isEmptyValue,
  keyPayload,
  type Problems,
  problemsOf,
  valuePayload,
} from "./draft";
import { HeaderLines } from "./HeaderLines";
import { PayloadField } from "./PayloadField";
import { texts } from "./texts";

export default function ProducePage() {
  const t = useT();
  const { flash } = useFlash();
  const { cluster = "", topic = "" } = useParams();
  const detail = useCall("topics.get", { cluster, topic }, { tags: [tag.topic(cluster, topic)] });
  const clusterName = useCall("clusters.get", { cluster }, { tags: [tag.cluster(cluster)] }).data?.name;
  const produce = useCommand("topics.produce", [tag.topic(cluster, topic)]);
  const [draft, setDraft] = useState<Draft>(EMPTY);
  const [problems, setProblems] = useState<Problems>({});
  const [failures, setFailures] = useState(0);
  const [sent, setSent] = useState<Draft>(EMPTY);
  // What was sent once is not lost; another key or value would be.
  const leaving = useDirty(contentOf(draft) !== contentOf(sent));

  const change = (patch: Partial<Draft>) => {
    const next = { ...draft, ...patch };
    setDraft(next);
    const now = problemsOf(t, next);
    setProblems((shown) => Object.fromEntries(Object.keys(shown).map((key) => [key, now[key]])));
  };
  const validate = (field: string) =>
    setProblems((shown) => ({ ...shown, [field]: problemsOf(t, draft)[field] }));

  const submit = async () => {
    const found = problemsOf(t, draft);
    setProblems(found);
    if (Object.keys(found).length > 0) return setFailures(failures + 1);
    try {
      const written = await produce.mutateAsync({
        cluster,
        topic,
        partition: draft.partition,
        key: keyPayload(draft),
        value: valuePayload(draft),
        headers: draft.headers.map(({ name, value }) => ({ name, value: { encoding: "text", data: value } })),
      });
      setSent(draft);
      flash({
        id: `produced-${topic}`,
        type: "success",
        content: t(texts.sent, { partition: written.partition, offset: written.offset }),
        view: `${paths.topic(cluster, topic)}?m=${written.partition}-${written.offset}`,
      });
    } catch {
      setFailures(failures + 1);
    }
  };

  const command = commandOf(clusterName ?? cluster, topic, draft);
  const partitions = [
    { value: "", label: t(texts.partitionAuto) },
    ...Array.from({ length: detail.data?.partitions ?? 0 }, (_, n) => ({
      value: String(n),
      label: t(texts.partitionN, { n }),
    })),
  ];
  if (detail.error && !detail.data)
    return (
      <PageFailure
        title={topic}
        error={detail.error}
        onRetry={() => void detail.refetch()}
        back={{ href: paths.topics(cluster), text: t(topicTexts.allTopics) }}
      />
    );
  return (
    <FormPage
      title={t(texts.title, { topic })}
      description={t(texts.description)}
      submit={t(texts.submit)}
      back={paths.topic(cluster, topic)}
      pending={produce.isPending}
      error={produce.error ? errorText(t, produce.error) : null}
      failures={failures}
      onSubmit={() => void submit()}
    >
      <Container header={<Header variant="h2">{t(texts.message)}</Header>}>
        <SpaceBetween size="l">
          <PayloadField
            label={t(texts.key)}
            hint={t(texts.keyHint)}
            rows={1}
            data={draft.key}
            encoding={draft.keyEncoding}
            problem={problems.key}
            onData={(key) => change({ key })}
            onEncoding={(keyEncoding) => change({ keyEncoding })}
            onBlur={() => draft.key !== "" && validate("key")}
          />
          <PayloadField
            label={t(texts.value)}
            hint={t(texts.valueHint)}
            rows={10}
            data={draft.value}
            encoding={draft.valueEncoding}
            problem={problems.value}
            warning={isEmptyValue(draft) ? t(texts.emptyValue) : undefined}
            disabled={draft.tombstone}
            onData={(value) => change({ value })}
            onEncoding={(valueEncoding) => change({ valueEncoding })}
            onBlur={() => draft.value !== "" && validate("value")}
          />
          <Checkbox
            checked={draft.tombstone}
            description={t(texts.tombstoneHint)}
            onChange={({ detail: to }) => change({ tombstone: to.checked })}
          >
            {t(texts.tombstone)}
          </Checkbox>
          <FormField label={t(texts.partition)}>
            <Select
              selectedOption={partitions.find((each) => each.value === String(draft.partition ?? "")) ?? null}
              options={partitions}
              filteringType={partitions.length > 12 ? "auto" : "none"}
              onChange={({ detail: to }) =>
                change({
                  partition: to.selectedOption.value ? Number(to.selectedOption.value) : null,
                })
              }
            />
          </FormField>
        </SpaceBetween>
      </Container>
      <Container header={<Header variant="h2">{t(texts.headers)}</Header>}>
        <HeaderLines lines={draft.headers} problems={problems} onChange={(headers) => change({ headers })} />
      </Container>
      {command && draft.value !== "" ? <Command command={command} /> : <span hidden />}
      {leaving.question}
    </FormPage>
  );
}
