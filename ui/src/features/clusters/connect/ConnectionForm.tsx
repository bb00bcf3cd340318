import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Checkbox from "@cloudscape-design/components/checkbox";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import LiveRegion from "@cloudscape-design/components/live-region";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useState } from "react";
import type { ClusterRow, TestStep, Text } from "~/contract/types";
import { tag, useCall, useCommand } from "~/shared/api";
import { differs } from "~/shared/differs";
import { apiErrorOf, ErrorBox, errorText } from "~/shared/ErrorBox";
import { FormPage } from "~/shared/FormPage";
import { following } from "~/shared/problems";
import { type Translate, useT } from "~/shared/text";
import { useDirty } from "~/shared/useDirty";
import { connectionNameProblem } from "./name";
import { TestSteps } from "./TestSteps";
import { texts } from "./texts";

export interface Draft {
  name: string;
  bootstrap: string;
  read_only: boolean;
  production: boolean;
}
export interface Saving {
  draft: Draft;
  /** Called just before the navigation that follows a success. */
  allow: () => void;
}
type Problems = { name?: string | undefined; bootstrap?: string | undefined };

/** What has a name already; `own`: the connection that is edited. */
interface Others {
  clusters: readonly ClusterRow[];
  own: string | null;
}

const ADDRESS = /^\s*[^\s:,]+(:\d{1,5})\s*$|^\s*\[[0-9a-fA-F:]+\]:\d{1,5}\s*$/;

function problemsOf(t: Translate, draft: Draft, others: Others): Problems {
  const addresses = draft.bootstrap.split(",");
  const taken = connectionNameProblem(draft.name, others.clusters, others.own);
  return {
    ...(draft.name.trim() === "" ? { name: t(texts.nameMissing) } : taken ? { name: t.core(taken) } : {}),
    ...(addresses.every((each) => ADDRESS.test(each)) ? {} : { bootstrap: t(texts.bootstrapBad) }),
  };
}

/** The field of this form that an answer is about. */
function fieldOf(thrown: unknown): keyof Problems | null {
  const field = apiErrorOf(thrown)?.field;
  return field === "name" || field === "bootstrap" ? field : null;
}

function Tested(props: { steps: TestStep[]; other: Text | null }) {
  const t = useT();
  return (
    <SpaceBetween size="s">
      {props.other ? <Alert type="warning">{t.core(props.other)}</Alert> : <span hidden />}
      <TestSteps steps={props.steps} />
    </SpaceBetween>
  );
}

interface ConnectionFormProps {
  title: string;
  description?: string;
  submit: string;
  /** Where Cancel leads. */
  back: string;
  initial: Draft;
  /** The connection that is edited; none yet of a new one. */
  cluster: string | null;
  pending: boolean;
  /** Of the last attempt to save. */
  error: unknown;
  /** Throws what could not be saved. */
  save: (saving: Saving) => Promise<void>;
}

/** Name, address and protection of a cluster that runs elsewhere, with the test of its address: to connect, or to edit. */
export function ConnectionForm(props: ConnectionFormProps) {
  const t = useT();
  const test = useCommand("clusters.test");
  const clusters = useCall("clusters.list", {}, { tags: [tag.clusters] }).data?.rows ?? [];
  const others = { clusters, own: props.cluster };
  const [draft, setDraft] = useState<Draft>(props.initial);
  const [problems, setProblems] = useState<Problems>({});
  const [failures, setFailures] = useState(0);
  const leaving = useDirty(differs(draft, props.initial));

  const change = (patch: Partial<Draft>) => {
    const next = { ...draft, ...patch };
    setDraft(next);
    // A result is that of the address that was tested.
    if (patch.bootstrap !== undefined) test.reset();
    const now = problemsOf(t, next, others);
    const untouched = (["name", "bootstrap"] as const).filter((field) => patch[field] === undefined);
    setProblems((shown) => following(shown, now, untouched));
  };
  const validate = (field: keyof Problems) =>
    setProblems((shown) => ({ ...shown, [field]: problemsOf(t, draft, others)[field] }));
  const runTest = () => {
    const { bootstrap } = problemsOf(t, draft, others);
    setProblems((shown) => ({ ...shown, bootstrap }));
    if (bootstrap) setFailures(failures + 1);
    else test.mutate({ bootstrap: draft.bootstrap.trim(), cluster: props.cluster });
  };
  const submit = async () => {
    const found = problemsOf(t, draft, others);
    setProblems(found);
    if (Object.keys(found).length > 0) return setFailures(failures + 1);
    try {
      await props.save({
        draft: { ...draft, name: draft.name.trim(), bootstrap: draft.bootstrap.trim() },
        allow: leaving.allow,
      });
    } catch (thrown) {
      const field = fieldOf(thrown);
      if (field) setProblems({ [field]: errorText(t, thrown) });
      setFailures(failures + 1);
    }
  };

  return (
    <FormPage
      title={props.title}
      description={props.description}
      submit={props.submit}
      back={props.back}
      pending={props.pending}
      error={props.error && !apiErrorOf(props.error)?.field ? errorText(t, props.error) : null}
      failures={failures}
      onSubmit={() => void submit()}
    >
      <Container header={<Header variant="h2">{t(texts.cluster)}</Header>}>
        <ColumnLayout columns={2}>
          <FormField label={t(texts.name)} constraintText={t(texts.nameHint)} errorText={problems.name}>
            <Input
              autoFocus
              spellcheck={false}
              value={draft.name}
              invalid={Boolean(problems.name)}
              onChange={({ detail }) => change({ name: detail.value })}
              onBlur={() => draft.name !== "" && validate("name")}
            />
          </FormField>
          <FormField
            label={t(texts.bootstrap)}
            constraintText={t(texts.bootstrapHint)}
            errorText={problems.bootstrap}
          >
            <Input
              spellcheck={false}
              placeholder="localhost:9092"
              value={draft.bootstrap}
              invalid={Boolean(problems.bootstrap)}
              onChange={({ detail }) => change({ bootstrap: detail.value })}
              onBlur={() => draft.bootstrap !== "" && validate("bootstrap")}
            />
          </FormField>
          <FormField label={t(texts.protect)}>
            <SpaceBetween size="xs">
              <Checkbox
                checked={draft.read_only}
                description={t(texts.readOnlyHint)}
                onChange={({ detail }) => change({ read_only: detail.checked })}
              >
                {t(texts.readOnly)}
              </Checkbox>
              <Checkbox
                checked={draft.production}
                description={t(texts.productionHint)}
                onChange={({ detail }) => change({ production: detail.checked })}
              >
                {t(texts.production)}
              </Checkbox>
            </SpaceBetween>
          </FormField>
        </ColumnLayout>
      </Container>
      <Container
        header={
          <Header
            variant="h2"
            description={t(texts.testHint)}
            actions={
              <Button formAction="none" loading={test.isPending} onClick={runTest}>
                {t(texts.test)}
              </Button>
            }
          >
            {t(texts.testTitle)}
          </Header>
        }
      >
        <LiveRegion>
          {test.isPending ? (
            <StatusIndicator type="loading">{t(texts.testing, { address: draft.bootstrap })}</StatusIndicator>
          ) : test.error ? (
            <ErrorBox error={test.error} onRetry={runTest} />
          ) : test.data ? (
            <Tested steps={test.data.steps} other={test.data.other_cluster} />
          ) : (
            <Box color="text-body-secondary">{t(texts.notYet)}</Box>
          )}
        </LiveRegion>
      </Container>
      {leaving.question}
    </FormPage>
  );
}
