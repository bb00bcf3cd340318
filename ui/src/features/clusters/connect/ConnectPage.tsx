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
import { useNavigate } from "react-router";
import { tag, useCommand } from "~/shared/api";
import { apiErrorOf, ErrorBox, errorText } from "~/shared/ErrorBox";
import { FormPage } from "~/shared/FormPage";
import { useFlash } from "~/shared/flash";
import { paths } from "~/shared/paths";
import { type Translate, useT } from "~/shared/text";
import { useDirty } from "~/shared/useDirty";
import { TestSteps } from "./TestSteps";
import { texts } from "./texts";

interface Draft {
  name: string;
  bootstrap: string;
  read_only: boolean;
  production: boolean;
}
type Problems = { name?: string | undefined; bootstrap?: string | undefined };

const ADDRESS = /^\s*[^\s:,]+(:\d{1,5})\s*$|^\s*\[[0-9a-fA-F:]+\]:\d{1,5}\s*$/;

function problemsOf(t: Translate, draft: Draft): Problems {
  const addresses = draft.bootstrap.split(",");
  return {
    ...(draft.name.trim() === "" ? { name: t(texts.nameMissing) } : {}),
    ...(addresses.every((each) => ADDRESS.test(each)) ? {} : { bootstrap: t(texts.bootstrapBad) }),
  };
}

export default function ConnectPage() {
  const t = useT();
  const navigate = useNavigate();
  const { flash } = useFlash();
  const test = useCommand("clusters.test");
  const connect = useCommand("clusters.connect", [tag.clusters]);
  const [draft, setDraft] = useState<Draft>({ name: "", bootstrap: "", read_only: false, production: false });
  const [problems, setProblems] = useState<Problems>({});
  const [failures, setFailures] = useState(0);
  const leaving = useDirty(draft.name !== "" || draft.bootstrap !== "");

  const change = (patch: Partial<Draft>) => {
    const next = { ...draft, ...patch };
    setDraft(next);
    // A result is that of the address that was tested.
    if (patch.bootstrap !== undefined) test.reset();
    const now = problemsOf(t, next);
    setProblems((shown) => ({
      name: shown.name && now.name,
      bootstrap: shown.bootstrap && now.bootstrap,
    }));
  };
  const validate = (field: keyof Problems) =>
    setProblems((shown) => ({ ...shown, [field]: problemsOf(t, draft)[field] }));
  const runTest = () => {
    const { bootstrap } = problemsOf(t, draft);
    setProblems((shown) => ({ ...shown, bootstrap }));
    if (bootstrap) setFailures(failures + 1);
    else test.mutate({ bootstrap: draft.bootstrap.trim() });
  };
  const submit = async () => {
    const found = problemsOf(t, draft);
    setProblems(found);
    if (Object.keys(found).length > 0) return setFailures(failures + 1);
    try {
      const made = await connect.mutateAsync({
        ...draft,
        name: draft.name.trim(),
        bootstrap: draft.bootstrap.trim(),
      });
      leaving.allow();
      flash({
        id: `connect-${made.cluster}`,
        type: "success",
        content: t(texts.saved, { name: draft.name }),
      });
      navigate(paths.cluster(made.cluster));
    } catch (thrown) {
      const field = apiErrorOf(thrown)?.field;
      if (field) setProblems({ [field]: errorText(t, thrown) });
      setFailures(failures + 1);
    }
  };

  return (
    <FormPage
      title={t(texts.title)}
      description={t(texts.description)}
      submit={t(texts.submit)}
      back={paths.clusters}
      pending={connect.isPending}
      error={connect.error && !apiErrorOf(connect.error)?.field ? errorText(t, connect.error) : null}
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
            <TestSteps steps={test.data.steps} />
          ) : (
            <Box color="text-body-secondary">{t(texts.notYet)}</Box>
          )}
        </LiveRegion>
      </Container>
      {leaving.question}
    </FormPage>
  );
}
