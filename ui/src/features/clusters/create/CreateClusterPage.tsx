import ColumnLayout from "@cloudscape-design/components/column-layout";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input, { type InputProps } from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Toggle from "@cloudscape-design/components/toggle";
import { useEffect, useRef, useState } from "react";
import { useNavigate } from "react-router";
import { usePlatform } from "~/platform";
import { tag, useCall, useCommand } from "~/shared/api";
import { apiErrorOf, errorText } from "~/shared/ErrorBox";
import { FormPage } from "~/shared/FormPage";
import { useFlash } from "~/shared/flash";
import { paths } from "~/shared/paths";
import { type Translate, useT } from "~/shared/text";
import { useDirty } from "~/shared/useDirty";
import { useSettled } from "~/shared/useSettled";
import { DefaultsTable } from "./DefaultsTable";
import { texts } from "./texts";

interface Draft {
  name: string | null;
  brokers: string;
  port: string;
  sample: boolean;
}
type Problems = { name?: string | undefined; brokers?: string; port?: string };

function whole(value: string, min: number, max: number): boolean {
  return /^\d+$/.test(value.trim()) && Number(value) >= min && Number(value) <= max;
}

function problemsOf(t: Translate, name: string, draft: Draft): Problems {
  return {
    ...(name.trim() === "" ? { name: t(texts.nameMissing) } : {}),
    ...(whole(draft.brokers, 1, 100) ? {} : { brokers: t(texts.brokersBad) }),
    ...(draft.port === "" || whole(draft.port, 1024, 65_000) ? {} : { port: t(texts.portBad) }),
  };
}

export default function CreateClusterPage() {
  const t = useT();
  const platform = usePlatform();
  const navigate = useNavigate();
  const { track } = useFlash();
  const defaults = useCall("clusters.create_defaults", {}, { tags: [] });
  const create = useCommand("clusters.create", [tag.clusters]);
  const [draft, setDraft] = useState<Draft>({ name: null, brokers: "3", port: "", sample: false });
  const [problems, setProblems] = useState<Problems>({});
  const [failures, setFailures] = useState(0);
  const leaving = useDirty(draft.name !== null || draft.port !== "");
  const name = draft.name ?? defaults.data?.name ?? "";

  // The name offered is selected: who types gets what is typed.
  const field = useRef<InputProps.Ref>(null);
  const offered = draft.name === null && name !== "";
  const offer = () => offered && field.current?.select();
  const focused = useRef(false);
  useEffect(() => {
    if (!offered || focused.current) return;
    focused.current = true;
    field.current?.select();
  }, [offered]);

  const change = (patch: Partial<Draft>) => {
    const next = { ...draft, ...patch };
    setDraft(next);
    // Shown errors follow the typing; new ones wait for blur or submit.
    const now = problemsOf(t, next.name ?? name, next);
    setProblems((shown) =>
      Object.fromEntries(Object.keys(shown).map((key) => [key, now[key as keyof Problems]])),
    );
  };
  const validate = (field: keyof Problems) =>
    setProblems((shown) => ({ ...shown, [field]: problemsOf(t, name, draft)[field] }));
  const nameProblem = async () => (await platform.call("clusters.check_name", { name })).problem;
  const checkName = async () => {
    validate("name");
    if (name.trim() === "") return;
    const problem = await nameProblem();
    if (problem) setProblems((shown) => ({ ...shown, name: t.core(problem) }));
  };

  const typed = useSettled(draft.name ?? "");
  // Whether a name is free is said while it is typed, not only when the field is left.
  useEffect(() => {
    if (typed.trim() === "") return;
    let current = true;
    platform.call("clusters.check_name", { name: typed }).then(
      ({ problem }) => {
        if (current) setProblems((shown) => ({ ...shown, name: problem ? t.core(problem) : undefined }));
      },
      () => undefined, // asked again on submit
    );
    return () => {
      current = false;
    };
  }, [typed, platform, t]);

  const submit = async () => {
    const found = problemsOf(t, name, draft);
    setProblems(found);
    // Everything that is wrong is marked at once, the name too, which only the core knows to judge.
    const taken = found.name ? null : await nameProblem().catch(() => null);
    if (taken) setProblems({ ...found, name: t.core(taken) });
    if (taken || Object.keys(found).length > 0) return setFailures(failures + 1);
    try {
      const made = await create.mutateAsync({
        name: name.trim(),
        brokers: Number(draft.brokers),
        port: draft.port === "" ? null : Number(draft.port),
        sample: draft.sample,
      });
      track(made.operation);
      leaving.allow();
      navigate(paths.cluster(made.cluster));
    } catch (thrown) {
      const field = apiErrorOf(thrown)?.field;
      if (field) setProblems({ [field]: errorText(t, thrown) });
      setFailures(failures + 1);
    }
  };
  const serverError = create.error && !apiErrorOf(create.error)?.field ? errorText(t, create.error) : null;

  return (
    <FormPage
      title={t(texts.title)}
      description={t(texts.description)}
      submit={t(texts.title)}
      back={paths.clusters}
      pending={create.isPending}
      error={serverError}
      failures={failures}
      onSubmit={() => void submit()}
    >
      <Container header={<Header variant="h2">{t(texts.cluster)}</Header>}>
        <SpaceBetween size="l">
          <ColumnLayout columns={2}>
            <FormField label={t(texts.name)} constraintText={t(texts.nameHint)} errorText={problems.name}>
              <Input
                ref={field}
                value={name}
                autoFocus
                onFocus={offer}
                spellcheck={false}
                invalid={Boolean(problems.name)}
                onChange={({ detail }) => change({ name: detail.value })}
                onBlur={() => void checkName().catch(() => undefined)}
              />
            </FormField>
            <FormField label={t(texts.sample)} description={t(texts.sampleHint)}>
              <Toggle checked={draft.sample} onChange={({ detail }) => change({ sample: detail.checked })}>
                {t(texts.sampleOn)}
              </Toggle>
            </FormField>
            <FormField
              label={t(texts.brokers)}
              constraintText={t(texts.brokersHint)}
              errorText={problems.brokers}
            >
              <Input
                type="number"
                inputMode="numeric"
                value={draft.brokers}
                invalid={Boolean(problems.brokers)}
                onChange={({ detail }) => change({ brokers: detail.value })}
                onBlur={() => validate("brokers")}
              />
            </FormField>
            <FormField
              label={
                <span>
                  {t(texts.port)} <i className="weir-soft">- {t(texts.optional)}</i>
                </span>
              }
              constraintText={t(texts.portHint)}
              errorText={problems.port}
            >
              <Input
                type="number"
                inputMode="numeric"
                value={draft.port}
                placeholder={defaults.data?.port ? String(defaults.data.port) : ""}
                invalid={Boolean(problems.port)}
                onChange={({ detail }) => change({ port: detail.value })}
                onBlur={() => validate("port")}
              />
            </FormField>
          </ColumnLayout>
        </SpaceBetween>
      </Container>
      <DefaultsTable
        settings={defaults.data?.settings}
        chosen={chosen(name, draft, defaults.data?.brokers)}
      />
      {leaving.question}
    </FormPage>
  );
}

/** The rows of the table that the form above decides. */
function chosen(name: string, draft: Draft, defaultBrokers: number | undefined): Record<string, string> {
  const changed = draft.brokers !== "" && Number(draft.brokers) !== defaultBrokers;
  return {
    name,
    ...(changed ? { brokers: draft.brokers } : {}),
    ...(whole(draft.port, 1024, 65_000) ? { listeners: `localhost:${draft.port}, …` } : {}),
  };
}
