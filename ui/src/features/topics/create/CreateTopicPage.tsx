import ColumnLayout from "@cloudscape-design/components/column-layout";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useEffect, useState } from "react";
import { useNavigate, useParams } from "react-router";
import { usePlatform } from "~/platform";
import { tag, useCall, useCommand } from "~/shared/api";
import { Command } from "~/shared/Command";
import { differs } from "~/shared/differs";
import { apiErrorOf, ErrorBox, errorText } from "~/shared/ErrorBox";
import { FormPage } from "~/shared/FormPage";
import { useFlash } from "~/shared/flash";
import { paths } from "~/shared/paths";
import { following } from "~/shared/problems";
import { useT } from "~/shared/text";
import { useDirty } from "~/shared/useDirty";
import { useSettled } from "~/shared/useSettled";
import { texts as topicTexts } from "../texts";
import { ConfigLines } from "./ConfigLines";
import {
  boundsOf,
  configProblem,
  type Draft,
  enteredIn,
  FIRST,
  filledWith,
  type Problems,
  problemsOf,
  requestOf,
} from "./draft";
import { texts } from "./texts";

export default function CreateTopicPage() {
  const t = useT();
  const platform = usePlatform();
  const navigate = useNavigate();
  const { flash } = useFlash();
  const { cluster = "" } = useParams();
  const defaults = useCall("topics.create_defaults", { cluster }, { tags: [] });
  const create = useCommand("topics.create", [tag.topics(cluster), tag.cluster(cluster)]);
  const [input, setInput] = useState<Draft>(FIRST);
  const [problems, setProblems] = useState<Problems>({});
  const [warning, setWarning] = useState<string | null>(null);
  const [failures, setFailures] = useState(0);
  const [waiting, setWaiting] = useState(false);

  const bounds = boundsOf(defaults.data);
  const filled = (draft: Draft) => filledWith(draft, defaults.data);
  const draft = filled(input);
  const leaving = useDirty(differs(enteredIn(draft), enteredIn(filled(FIRST))));
  const args = { cluster, ...requestOf(draft) };
  const sound = Object.keys(problemsOf(t, draft, bounds)).length === 0;
  const settled = useSettled({ ...args, dry_run: true });
  const preview = useCall("topics.create", settled, {
    tags: [],
    enabled: sound && settled.name !== "" && defaults.data !== undefined,
    keep: true,
  });

  const change = (patch: Partial<Draft>) => {
    const next = { ...input, ...patch };
    setInput(next);
    const now = problemsOf(t, filled(next), bounds);
    setProblems((shown) => following(shown, now, patch.name === undefined ? ["name"] : []));
  };
  const validate = (field: string) => {
    // Before the defaults are there, an empty field is not a mistake.
    if (!defaults.data && field !== "name") return;
    setProblems((shown) => ({ ...shown, [field]: problemsOf(t, draft, bounds)[field] }));
  };
  const checkName = async (): Promise<boolean> => {
    validate("name");
    setWarning(null);
    if (args.name === "") return false;
    const answer = await platform.call("topics.check_name", { cluster, name: args.name });
    setWarning(answer.warning ? t.core(answer.warning) : null);
    if (answer.problem) {
      const problem = t.core(answer.problem);
      setProblems((shown) => ({ ...shown, name: problem }));
    }
    return answer.problem === null;
  };

  const typed = useSettled(input.name.trim());
  // Whether a name is free is said while it is typed, not only when the field is left.
  useEffect(() => {
    if (typed === "") return;
    let current = true;
    platform.call("topics.check_name", { cluster, name: typed }).then(
      ({ problem, warning: unwise }) => {
        if (!current) return;
        setProblems((shown) => ({ ...shown, name: problem ? t.core(problem) : undefined }));
        setWarning(unwise ? t.core(unwise) : null);
      },
      () => undefined, // asked again on submit
    );
    return () => {
      current = false;
    };
  }, [typed, cluster, platform, t]);

  const submit = async () => {
    setWaiting(true);
    const loaded = defaults.data ?? (await defaults.refetch()).data;
    setWaiting(false);
    // What the cluster did not tell stands above the form, with Retry.
    if (!loaded) return;
    const complete = filledWith(input, loaded);
    const found = problemsOf(t, complete, boundsOf(loaded));
    setProblems(found);
    const nameOk = found.name ? false : await checkName().catch(() => true);
    if (Object.keys(found).length > 0 || !nameOk) return setFailures(failures + 1);
    try {
      await create.mutateAsync({ cluster, ...requestOf(complete), dry_run: false });
      leaving.allow();
      flash({
        id: `create-${args.name}`,
        type: "success",
        content: t(texts.created, { name: args.name }),
        view: paths.topic(cluster, args.name),
      });
      navigate(paths.topics(cluster));
    } catch (thrown) {
      setProblems(serverProblems(apiErrorOf(thrown)?.field, errorText(t, thrown), draft));
      setFailures(failures + 1);
    }
  };

  return (
    <FormPage
      title={t(topicTexts.create)}
      submit={t(topicTexts.create)}
      back={paths.topics(cluster)}
      pending={create.isPending || waiting}
      error={create.error && !apiErrorOf(create.error)?.field ? errorText(t, create.error) : null}
      failures={failures}
      onSubmit={() => void submit()}
    >
      {defaults.error ? (
        <ErrorBox error={defaults.error} onRetry={() => void defaults.refetch()} />
      ) : (
        <span hidden />
      )}
      <Container header={<Header variant="h2">{t(texts.details)}</Header>}>
        <SpaceBetween size="l">
          <FormField
            stretch
            label={t(texts.name)}
            constraintText={t(texts.nameHint)}
            errorText={problems.name}
            warningText={warning}
          >
            <Input
              autoFocus
              spellcheck={false}
              value={input.name}
              invalid={Boolean(problems.name)}
              onChange={({ detail }) => change({ name: detail.value })}
              onBlur={() => input.name !== "" && void checkName().catch(() => undefined)}
            />
          </FormField>
          <ColumnLayout columns={2}>
            <FormField
              label={t(texts.partitions)}
              constraintText={t(texts.partitionsHint)}
              errorText={problems.partitions}
            >
              <Input
                type="number"
                value={draft.partitions}
                invalid={Boolean(problems.partitions)}
                onChange={({ detail }) => change({ partitions: detail.value })}
                onBlur={() => validate("partitions")}
              />
            </FormField>
            <FormField
              label={t(texts.replication)}
              constraintText={t(texts.replicationHint, { n: bounds.brokers })}
              errorText={problems.replication}
            >
              <Input
                type="number"
                value={draft.replication}
                invalid={Boolean(problems.replication)}
                onChange={({ detail }) => change({ replication: detail.value })}
                onBlur={() => validate("replication")}
              />
            </FormField>
          </ColumnLayout>
        </SpaceBetween>
      </Container>
      <Container
        header={
          <Header variant="h2" description={t(texts.configsHint)}>
            {t(texts.configs)}
          </Header>
        }
      >
        <ConfigLines
          lines={input.configs}
          help={bounds.help}
          problems={problems}
          onChange={(configs) => change({ configs })}
          onBlur={(line) =>
            setProblems((shown) => ({ ...shown, [`config:${line.id}`]: configProblem(t, line, bounds.help) }))
          }
        />
      </Container>
      {preview.data && sound ? <Command command={preview.data.command} /> : <span hidden />}
      {leaving.question}
    </FormPage>
  );
}

/** Puts the cluster's refusal beside the field that it names: a form field, or a configuration by its key. */
function serverProblems(field: string | null | undefined, sentence: string, draft: Draft): Problems {
  if (!field) return {};
  const line = draft.configs.find((each) => each.name === field);
  return { [line ? `config:${line.id}` : field]: sentence };
}
