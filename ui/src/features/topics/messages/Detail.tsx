import Button from "@cloudscape-design/components/button";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Tabs from "@cloudscape-design/components/tabs";
import { useState } from "react";
import type { MessageFull } from "~/contract/types";
import { tag, useCall } from "~/shared/api";
import { CopyButton } from "~/shared/CopyButton";
import { ErrorBox } from "~/shared/ErrorBox";
import { bytes, instant, NONE, zoneName } from "~/shared/format";
import { useT } from "~/shared/text";
import { useZone } from "~/shared/time";
import { bytesOf } from "~/shared/value/hex";
import { ValueView } from "~/shared/value/ValueView";
import { texts } from "./texts";

/** Bytes that are no text, as the key and the value show them. */
function Bytes({ base64 }: { base64: string }) {
  const t = useT();
  const hex = [...bytesOf(base64)].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
  return (
    <>
      {hex} <span className="weir-tag">{t(texts.hexTag)}</span>
    </>
  );
}

function Headers({ message }: { message: MessageFull }) {
  const t = useT();
  if (message.headers.length === 0) return <div className="weir-soft">{t(texts.noHeaders)}</div>;
  return (
    <dl className="weir-headers">
      {message.headers.map((header, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: header names may repeat, and they never move.
        <div key={index}>
          <dt className="weir-mono">{header.name}</dt>
          <dd className="weir-mono">
            {header.value === null ? (
              <span className="weir-tag">{t(texts.nullTag)}</span>
            ) : (
              (header.value.text ?? <Bytes base64={header.value.base64} />)
            )}
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Metadata({ message }: { message: MessageFull }) {
  const t = useT();
  const zone = useZone();
  const by = t(message.timestamp_type === "create" ? texts.byProducer : texts.byBroker);
  const entry = (label: string, value: string) => ({
    label,
    value: <span className="weir-num">{value}</span>,
  });
  return (
    <KeyValuePairs
      columns={2}
      items={[
        entry(t(texts.timestampKey), `${instant(message.timestamp, zone)} ${zoneName(zone)}, ${by}`),
        entry(t(texts.sizeKey), bytes(message.size)),
        entry(t(texts.compression), message.compression),
        entry(t(texts.epoch), String(message.leader_epoch)),
        entry(t(texts.batch), message.batch_base_offset),
        entry(t(texts.producerId), message.producer_id ?? NONE),
        ...(message.aborted ? [entry(t(texts.transaction), t(texts.aborted))] : []),
      ]}
    />
  );
}

interface DetailProps {
  cluster: string;
  topic: string;
  partition: number;
  offset: string;
  onStep: ((by: 1 | -1) => void) | null;
}

/** One message, whole: value first, beside the list it came from. */
export function Detail({ cluster, topic, partition, offset, onStep }: DetailProps) {
  const t = useT();
  const [tab, setTab] = useState("value");
  const message = useCall("messages.get", { cluster, topic, partition, offset }, { tags: [], keep: true });
  const bootstrap = useCall("clusters.get", { cluster }, { tags: [tag.cluster(cluster)] }).data?.bootstrap;
  const data = message.data;
  const kcat = `kcat -C -b ${bootstrap ?? "localhost:9092"} -t ${topic} -p ${partition} -o ${offset} -c 1 -J`;
  return (
    <SpaceBetween size="s">
      <SpaceBetween direction="horizontal" size="xs">
        <Button
          iconName="angle-up"
          ariaLabel={t(texts.previous)}
          disabled={onStep === null}
          onClick={() => onStep?.(-1)}
        />
        <Button
          iconName="angle-down"
          ariaLabel={t(texts.next)}
          disabled={onStep === null}
          onClick={() => onStep?.(1)}
        />
        <CopyButton variant="normal" text={kcat} what={t(texts.kcat)} label={t(texts.copyKcat)} />
      </SpaceBetween>
      {data && (data.aborted || data.control) ? (
        <StatusIndicator type="info">{t(data.aborted ? texts.abortedWhy : texts.controlWhy)}</StatusIndicator>
      ) : (
        <span hidden />
      )}
      {message.error && !data ? (
        <ErrorBox error={message.error} onRetry={() => void message.refetch()} />
      ) : data ? (
        <div className="weir-narrow-tabs">
          <Tabs
            ariaLabel={t(texts.detailTabs)}
            activeTabId={tab}
            onChange={({ detail }) => setTab(detail.activeTabId)}
            tabs={[
              {
                id: "value",
                label: t(texts.value),
                content: <ValueView key={offset} data={data.value} what={t(texts.value)} tombstone />,
              },
              {
                id: "key",
                label: t(texts.key),
                content: <ValueView key={offset} data={data.key} what={t(texts.key)} />,
              },
              {
                id: "headers",
                label: t(texts.headers, { n: data.headers.length }),
                content: <Headers message={data} />,
              },
              { id: "metadata", label: t(texts.metadata), content: <Metadata message={data} /> },
            ]}
          />
        </div>
      ) : (
        <StatusIndicator type="loading">{t(texts.loading)}</StatusIndicator>
      )}
    </SpaceBetween>
  );
}
