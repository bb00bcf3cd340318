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
import { useCall } from "~/shared/api";
import { CopyButton } from "~/shared/CopyButton";
import { ErrorBox } from "~/shared/ErrorBox";
import { InfoLink } from "~/shared/help";
import { useSetSettings, useSettings } from "~/shared/settings";
import { type Message, useT } from "~/shared/text";
import { texts } from "./texts";

interface ChoiceProps<V extends string> {
  label: Message;
  hint?: Message;
  value: V;
  options: [value: V, text: Message | string][];
  onChange: (value: V) => void;
}

function Choice<V extends string>(props: ChoiceProps<V>) {
  const t = useT();
  const id = useId();
  return (
    <FormField
      label={<span id={id}>{t(props.label)}</span>}
      description={props.hint ? t(props.hint) : undefined}
    >
      <SegmentedControl
        ariaLabelledby={id}
        label={t(props.label)}
        selectedId={props.value}
        options={props.options.map(([value, text]) => ({
          id: value,
          text: typeof text === "string" ? text : t(text),
        }))}
        onChange={({ detail }) => props.onChange(detail.selectedId as V)}
      />
    </FormField>
  );
}

function Section(props: { title: Message; children: React.ReactNode }) {
  const t = useT();
  return (
    <Container header={<Header variant="h2">{t(props.title)}</Header>}>
      <SpaceBetween size="l">{props.children}</SpaceBetween>
    </Container>
  );
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
        <span className="weir-mono">{folder || "…"}</span>
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

export default function SettingsPage() {
  const t = useT();
  const settings = useSettings();
  const set = useSetSettings();
  return (
    <ContentLayout
      header={
        <Header variant="h1" info={<InfoLink />} description={t(texts.saved)}>
          {t(texts.title)}
        </Header>
      }
    >
      <SpaceBetween size="l">
        {set.error ? <ErrorBox error={set.error} command /> : <span hidden />}
        <Section title={texts.appearance}>
          <Choice
            label={texts.theme}
            value={settings.theme}
            options={[
              ["system", texts.themeSystem],
              ["light", texts.themeLight],
              ["dark", texts.themeDark],
            ]}
            onChange={(theme) => set.mutate({ theme })}
          />
          <Choice
            label={texts.density}
            value={settings.density}
            options={[
              ["comfortable", texts.comfortable],
              ["compact", texts.compact],
            ]}
            onChange={(density) => set.mutate({ density })}
          />
        </Section>
        <Section title={texts.language}>
          <Choice
            label={texts.languageLabel}
            value={settings.language}
            options={[
              ["system", texts.languageSystem],
              ["en", "English"],
              ["ko", "한국어"],
            ]}
            onChange={(language) => set.mutate({ language })}
          />
          <Choice
            label={texts.zone}
            value={settings.time_zone}
            options={[
              ["local", texts.zoneLocal],
              ["utc", texts.zoneUtc],
            ]}
            onChange={(time_zone) => set.mutate({ time_zone })}
          />
        </Section>
        <Section title={texts.keyboard}>
          <Toggle
            checked={settings.letter_keys}
            description={t(texts.lettersHint)}
            onChange={({ detail }) => set.mutate({ letter_keys: detail.checked })}
          >
            {t(texts.letters)}
          </Toggle>
        </Section>
        <Section title={texts.behaviour}>
          <Choice
            label={texts.onClose}
            hint={texts.onCloseHint}
            value={settings.on_close}
            options={[
              ["ask", texts.onCloseAsk],
              ["keep", texts.onCloseKeep],
              ["stop", texts.onCloseStop],
            ]}
            onChange={(on_close) => set.mutate({ on_close })}
          />
          <FormField label={t(texts.reboot)}>
            <Toggle
              checked={settings.start_stopped_after_reboot}
              description={t(texts.rebootHint)}
              onChange={({ detail }) => set.mutate({ start_stopped_after_reboot: detail.checked })}
            >
              {t(texts.rebootToggle)}
            </Toggle>
          </FormField>
        </Section>
        <Section title={texts.data}>
          <DataFolder />
        </Section>
      </SpaceBetween>
    </ContentLayout>
  );
}
