import Box from "@cloudscape-design/components/box";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { Command } from "~/shared/Command";
import { bytes, count, NONE, offset } from "~/shared/format";
import { HealthIndicator } from "~/shared/state";
import { useT } from "~/shared/text";
import { Ago } from "~/shared/time";
import { hanging, type OpenTransaction, type Row, sizeOf } from "./goesOn";
import { Brokers, Progress } from "./Replicas";
import { texts } from "./texts";

function Transaction({ open }: { open: OpenTransaction }) {
  const t = useT();
  const lost = open.transactional_id === null;
  return (
    <KeyValuePairs
      columns={4}
      items={[
        {
          label: t(texts.transactionalId),
          value: lost ? (
            <StatusIndicator type="warning">{t(texts.hangingOne)}</StatusIndicator>
          ) : (
            open.transactional_id
          ),
        },
        { label: t(texts.transactionState), value: open.state ?? NONE },
        {
          label: t(texts.producer),
          value: t(texts.producerOf, { id: open.producer_id, epoch: open.producer_epoch }),
        },
        { label: t(texts.since), value: t(texts.sinceOf, { offset: open.start }) },
        { label: t(texts.lastBatch), value: <Ago at={open.last_timestamp} /> },
      ]}
    />
  );
}

/** A partition at a glance: offsets, replicas, and the transactions that hold back readers of committed data. */
export function PartitionPeek({ row, bootstrap, topic }: { row: Row; bootstrap: string; topic: string }) {
  const t = useT();
  const open = row.transactions ?? [];
  const [lost] = hanging(row);
  const command = lost
    ? `kafka-transactions.sh --bootstrap-server ${bootstrap} abort --topic ${topic} --partition ${row.partition} --start-offset ${lost.start}`
    : null;
  return (
    <SpaceBetween size="m">
      <KeyValuePairs
        columns={4}
        items={[
          { label: t(texts.health), value: <HealthIndicator health={row.health} /> },
          { label: t(texts.leader), value: row.leader === null ? NONE : String(row.leader) },
          { label: t(texts.epoch), value: row.leader_epoch === null ? NONE : String(row.leader_epoch) },
          {
            label: t(texts.replicas),
            value: (
              <>
                <Brokers row={row} />
                <Progress row={row} />
              </>
            ),
          },
          { label: t(texts.start), value: offset(row.start) },
          { label: t(texts.stable), value: offset(row.stable) },
          { label: t(texts.end), value: offset(row.end) },
          { label: t(texts.messages), value: count(row.messages) },
          { label: t(texts.sizeNote), value: bytes(sizeOf(row)) },
          { label: t(texts.isr), value: row.isr.join(", ") || NONE },
        ]}
      />
      {open.length > 0 ? (
        <div>
          <Box variant="h3">{t(texts.transactions)}</Box>
          <SpaceBetween size="s">
            {open.map((each) => (
              <Transaction key={each.producer_id} open={each} />
            ))}
          </SpaceBetween>
        </div>
      ) : (
        <span hidden />
      )}
      {command ? (
        <div>
          <p className="weir-sentence">{t(texts.hangingHint)}</p>
          <Command command={command} />
        </div>
      ) : (
        <span hidden />
      )}
    </SpaceBetween>
  );
}
