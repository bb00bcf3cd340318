import Box from "@cloudscape-design/components/box";
import FormField from "@cloudscape-design/components/form-field";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Tabs from "@cloudscape-design/components/tabs";
import type { Snippet } from "~/contract/types";
import { shortAddresses } from "~/shared/addresses";
import { useCall } from "~/shared/api";
import { CopyButton } from "~/shared/CopyButton";
import { Dialog } from "~/shared/Dialog";
import { ErrorBox } from "~/shared/ErrorBox";
import { useT } from "~/shared/text";
import { texts } from "./texts";

function Address(props: { label: string; address: string }) {
  const t = useT();
  return (
    <FormField label={props.label}>
      <div className="weir-command">
        <code>{shortAddresses(t, props.address)}</code>
        <CopyButton text={props.address} what={props.label} variant="inline" />
      </div>
    </FormField>
  );
}

function Code({ snippet }: { snippet: Snippet }) {
  const t = useT();
  return (
    <div>
      <div className="weir-label">{snippet.title}</div>
      <div className="weir-command weir-code">
        <code>{snippet.code}</code>
        <CopyButton text={snippet.code} what={t(texts.code, { name: snippet.title })} variant="inline" />
      </div>
    </div>
  );
}

/** "Java" of "Java · client.properties": the tabs of all languages fit side by side. */
function shortTitle(title: string): string {
  return title.split(" · ")[0] ?? title;
}

/** Ready settings per language: the way from a new cluster to a first connection. */
export function ClientInformation(props: { cluster: string; onDismiss: () => void }) {
  const t = useT();
  const info = useCall("clusters.client_info", { cluster: props.cluster }, { tags: [] });
  return (
    <Dialog
      size="x-large"
      title={t(texts.clientTitle)}
      action={t(texts.close)}
      cancel={null}
      onSubmit={props.onDismiss}
      onDismiss={props.onDismiss}
    >
      {info.error ? <ErrorBox error={info.error} onRetry={() => void info.refetch()} /> : null}
      {info.data ? (
        <SpaceBetween size="m">
          <Address label={t(texts.clientBootstrap)} address={info.data.bootstrap} />
          {info.data.container ? (
            <Address label={t(texts.clientContainer)} address={info.data.container} />
          ) : (
            <span hidden />
          )}
          <Box color="text-body-secondary">{t(texts.clientHint)}</Box>
          <Tabs
            ariaLabel={t(texts.clientTitle)}
            tabs={info.data.snippets.map((snippet) => ({
              id: snippet.language,
              label: shortTitle(snippet.title),
              content: <Code snippet={snippet} />,
            }))}
          />
        </SpaceBetween>
      ) : null}
    </Dialog>
  );
}
