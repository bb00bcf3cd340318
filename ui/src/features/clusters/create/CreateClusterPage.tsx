import ColumnLayout from "@cloudscape-design/components/column-layout";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input, { type InputProps } from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Textarea from "@cloudscape-design/components/textarea";
import Toggle from "@cloudscape-design/components/toggle";
import { useEffect, useRef, useState } from "react";
import { useNavigate } from "react-router";
import { usePlatform } from "~/platform";
import { tag, useCall, useCommand } from "~/shared/api";
import { differs } from "~/shared/differs";
import { apiErrorOf, errorText } from "~/shared/ErrorBox";
import { FormPage } from "~/shared/FormPage";
import { useFlash } from "~/shared/flash";
import { paths } from "~/shared/paths";
import { following } from "~/shared/problems";
import { type Translate, useT } from "~/shared/text";
import { useDirty } from "~/shared/useDirty";
import { useSettled } from "~/shared/useSettled";
import { configsOf } from "./configs";
import { DefaultsTable } from "./DefaultsTable";
import { texts } from "./texts";

interface Draft {
  name: string | null;
  brokers: string;
  port: string;
  configs: string;
  sample: boolean;
}
const FIRST: Draft = { name: null, brokers: "3", port: "", configs: "", sample: false };
type Problems = Record<string, string | undefined>;

function whole(value: string, min: number, max: number): boolean {
  return /^\d+$/.test(value.trim()) && Number(value) >= min && Number(value) <= max;
}

function problemsOf(t: Translate, name: string, draft: Draft): Problems {
  const { wrong } = configsOf(draft.configs);
  return {
    ...(wrong === null ? {} : { configs: t(texts.configsLine, { line: wrong }) }),
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
  const [draft, setDraft] = useState<Draft>(FIRST);
  const [problems, setProblems] = useState<Problems>({});
  const [failures, setFailures] = useState(0);
  const offeredName = defaults.data?.name ?? "";
  const name = draft.name ?? offeredName;
  const leaving = useDirty(differs({ ...draft, name }, { ...FIRST, name: offeredName }));

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
    setProblems((shown) => following(shown, now, patch.name === undefined ? ["name"] : []));
  };
  const validate = (field: "name" | "brokers" | "port" | "configs") =>
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
        configs: configsOf(draft.configs).configs,
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
          <FormField
            label={
              <span>
                {t(texts.configs)} <i className="weir-soft">- {t(texts.optional)}</i>
              </span>
            }
            constraintText={t(texts.configsHint)}
            errorText={problems.configs}
            stretch
          >
            <Textarea
              value={draft.configs}
              rows={2}
              spellcheck={false}
              placeholder={t(texts.configsExample)}
              invalid={Boolean(problems.configs)}
              onChange={({ detail }) => change({ configs: detail.value })}
              onBlur={() => validate("configs")}
            />
          </FormField>
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
  const changed = whole(draft.brokers, 1, 100) && Number(draft.brokers) !== defaultBrokers;
  return {
    name,
    ...(changed ? { brokers: draft.brokers.trim() } : {}),
    ...Object.fromEntries(configsOf(draft.configs).configs.map(({ name: key, value }) => [key, value])),
    ...(whole(draft.port, 1024, 65_000) ? { listeners: `localhost:${draft.port}, …` } : {}),
  };
}
