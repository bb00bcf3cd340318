import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import ContentLayout from "@cloudscape-design/components/content-layout";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Toggle from "@cloudscape-design/components/toggle";
import { useId } from "react";
import { usePlatform } from "~/platform";
import { useAddress } from "~/shared/address";
import { useCall } from "~/shared/api";
import { Breakable } from "~/shared/Breakable";
import { CopyButton } from "~/shared/CopyButton";
import { InfoLink } from "~/shared/help";
import { useSettings } from "~/shared/settings";
import { FilterInput } from "~/shared/table/FilterInput";
import { useT } from "~/shared/text";
import { matching, SECTIONS, type Section, type Setting } from "./sections";
import { texts } from "./texts";
import { useChange } from "./useChange";

interface FieldProps {
  setting: Setting;
  onChange: (setting: Setting, value: string | boolean) => void;
}

function Choices({ setting, onChange }: FieldProps) {
  const t = useT();
  const id = useId();
  const value = useSettings()[setting.key as "theme"];
  return (
    <FormField
      label={<span id={id}>{t(setting.label)}</span>}
      description={setting.hint ? t(setting.hint) : undefined}
    >
      <SegmentedControl
        ariaLabelledby={id}
        label={t(setting.label)}
        selectedId={value}
        options={(setting.choices ?? []).map(({ value: each, text }) => ({ id: each, text: t(text) }))}
        onChange={({ detail }) => onChange(setting, detail.selectedId)}
      />
    </FormField>
  );
}

function Switch({ setting, onChange }: FieldProps) {
  const t = useT();
  const checked = useSettings()[setting.key as "letter_keys"];
  const toggle = (
    <Toggle
      checked={checked}
      description={setting.hint ? t(setting.hint) : undefined}
      onChange={({ detail }) => onChange(setting, detail.checked)}
    >
      {t(setting.toggle ?? setting.label)}
    </Toggle>
  );
  // One that says it all needs no heading of its own.
  return setting.toggle === setting.label ? toggle : <FormField label={t(setting.label)}>{toggle}</FormField>;
}

function DataFolder() {
  const t = useT();
  const platform = usePlatform();
  const info = useCall("app.info", {}, { tags: [] });
  const folder = info.data?.home ?? "";
  const open = () =>
    void platform.call("open.folder", { which: "home", cluster: null }).catch(() => undefined);
  return (
    <FormField label={t(texts.dataFolder)} description={t(texts.dataHint)}>
      <SpaceBetween direction="horizontal" size="xs" alignItems="center">
        <span className="weir-mono">{folder ? <Breakable text={folder} /> : "…"}</span>
        <CopyButton text={folder} what={t(texts.folderPath)} variant="inline" />
        {info.data?.host === "window" ? (
          <Button iconName="folder-open" onClick={open}>
            {t(texts.open)}
          </Button>
        ) : (
          <span />
        )}
      </SpaceBetween>
    </FormField>
  );
}

function Field(props: FieldProps) {
  if (props.setting.key === "folder") return <DataFolder />;
  return props.setting.choices ? <Choices {...props} /> : <Switch {...props} />;
}

function SectionPanel({ section, onChange }: { section: Section; onChange: FieldProps["onChange"] }) {
  const t = useT();
  return (
    <Container header={<Header variant="h2">{t(section.title)}</Header>}>
      <SpaceBetween size="l">
        {section.settings.map((setting) => (
          <Field key={setting.key} setting={setting} onChange={onChange} />
        ))}
      </SpaceBetween>
    </Container>
  );
}

function NoMatches({ query, onClear }: { query: string; onClear: () => void }) {
  const t = useT();
  return (
    <Box textAlign="center" padding={{ vertical: "xl" }}>
      <SpaceBetween size="s">
        <Box variant="strong">{t(texts.noMatches, { query })}</Box>
        <Button onClick={onClear}>{t(texts.clear)}</Button>
      </SpaceBetween>
    </Box>
  );
}

export default function SettingsPage() {
  const t = useT();
  const onChange = useChange();
  const { params, patch } = useAddress();
  const query = params.get("q") ?? "";
  const find = (text: string) => patch({ q: text === "" ? null : text });
  const shown = matching(SECTIONS, query);
  const count = shown.reduce((sum, { settings }) => sum + settings.length, 0);
  return (
    <ContentLayout
      header={
        <Header variant="h1" info={<InfoLink />} description={t(texts.saved)}>
          {t(texts.title)}
        </Header>
      }
    >
      <SpaceBetween size="l">
        <FilterInput value={query} onChange={find} placeholder={t(texts.find)} matches={count} />
        {shown.length === 0 ? <NoMatches query={query} onClear={() => find("")} /> : <span hidden />}
        {shown.map((section) => (
          <SectionPanel key={section.title.en} section={section} onChange={onChange} />
        ))}
      </SpaceBetween>
    </ContentLayout>
  );
}
