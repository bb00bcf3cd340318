import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import ContentLayout from "@cloudscape-design/components/content-layout";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import type { AppInfo } from "~/contract/types";
import { usePlatform } from "~/platform";
import { useCall } from "~/shared/api";
import { Copyable } from "~/shared/Copyable";
import { CopyButton } from "~/shared/CopyButton";
import { ErrorBox } from "~/shared/ErrorBox";
import { useT } from "~/shared/text";
import { Ago } from "~/shared/time";
import { texts } from "./texts";

function Path(props: { path: string }) {
  const t = useT();
  return props.path ? <Copyable text={props.path} what={t(texts.path)} /> : "…";
}

function report(info: AppInfo): string {
  return [
    `Weir ${info.version}`,
    `engine: ${info.engine_path ?? "-"}`,
    `system: ${info.os}`,
    `host: ${info.host}`,
    `home: ${info.home}`,
  ].join("\n");
}

/** Fetched by who opens it: it is long. */
function Licences() {
  const t = useT();
  const [open, setOpen] = useState(false);
  const { data, error, refetch } = useCall("app.notices", {}, { tags: [], enabled: open });
  return (
    <ExpandableSection
      headerText={t(texts.licencesShow)}
      expanded={open}
      onChange={({ detail }) => setOpen(detail.expanded)}
    >
      {error ? <ErrorBox error={error} onRetry={() => void refetch()} /> : null}
      <section
        className="weir-pre"
        aria-label={t(texts.licences)}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard.
        tabIndex={0}
      >
        <pre>{data?.text ?? "…"}</pre>
      </section>
    </ExpandableSection>
  );
}

export default function AboutPage() {
  const t = useT();
  const platform = usePlatform();
  const { data: info, error, refetch } = useCall("app.info", {}, { tags: [] });
  const openLogs = () =>
    void platform.call("open.folder", { which: "logs", cluster: null }).catch(() => undefined);
  return (
    <ContentLayout
      header={
        <Header
          variant="h1"
          description={t(texts.tagline)}
          actions={
            info ? (
              <CopyButton
                variant="normal"
                text={report(info)}
                what={t(texts.details)}
                label={t(texts.copyAll)}
              />
            ) : undefined
          }
        >
          {t(texts.heading)}
        </Header>
      }
    >
      <SpaceBetween size="l">
        {error ? <ErrorBox error={error} onRetry={() => void refetch()} /> : <span hidden />}
        <Container>
          <KeyValuePairs
            columns={4}
            items={[
              { label: t(texts.version), value: info?.version ?? "…" },
              {
                label: t(texts.engine),
                value: info?.engine_path ? (
                  <Path path={info.engine_path} />
                ) : info ? (
                  t(texts.engineMissing)
                ) : (
                  "…"
                ),
              },
              { label: t(texts.system), value: info?.os ?? "…" },
              { label: t(texts.started), value: <Ago at={info?.started_at} /> },
            ]}
          />
        </Container>
        <Container
          header={
            <Header
              variant="h2"
              actions={
                info?.host === "window" ? (
                  <Button iconName="folder-open" onClick={openLogs}>
                    {t(texts.openLogs)}
                  </Button>
                ) : undefined
              }
            >
              {t(texts.folders)}
            </Header>
          }
        >
          <KeyValuePairs
            columns={3}
            items={[
              { label: t(texts.home), value: <Path path={info?.home ?? ""} /> },
              { label: t(texts.data), value: <Path path={info?.data_folder ?? ""} /> },
              { label: t(texts.logs), value: <Path path={info?.logs ?? ""} /> },
            ]}
          />
        </Container>
        <Container
          header={
            <Header variant="h2" description={t(texts.licencesHint)}>
              {t(texts.licences)}
            </Header>
          }
        >
          <Licences />
          <Box color="text-body-secondary" margin={{ top: "s" }}>
            {t(texts.trademark)}
          </Box>
        </Container>
      </SpaceBetween>
    </ContentLayout>
  );
}
