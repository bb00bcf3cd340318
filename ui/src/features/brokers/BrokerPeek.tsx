import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import type { BrokerRow } from "~/contract/types";
import { Copyable } from "~/shared/Copyable";
import { bytes, count, NONE } from "~/shared/format";
import { BrokerStateIndicator } from "~/shared/state";
import { useT } from "~/shared/text";
import { texts } from "./texts";

/** A broker at a glance: every column of the list, whatever is hidden there. */
export function BrokerPeek({ row }: { row: BrokerRow }) {
  const t = useT();
  const address = `${row.host}:${row.port}`;
  return (
    <KeyValuePairs
      columns={4}
      items={[
        { label: t(texts.state), value: <BrokerStateIndicator broker={row} /> },
        { label: t(texts.role), value: row.controller ? t(texts.controller) : NONE },
        {
          label: t(texts.address),
          value: <Copyable text={address} what={t(texts.addressOf, { id: row.id })} />,
        },
        { label: t(texts.rack), value: row.rack ?? NONE },
        { label: t(texts.leaders), value: count(row.leaders) },
        { label: t(texts.replicas), value: count(row.replicas) },
        { label: t(texts.under), value: count(row.under_replicated) },
        { label: t(texts.sizeHere), value: bytes(row.size) },
        { label: t(texts.version), value: row.version ?? NONE },
      ]}
    />
  );
}
