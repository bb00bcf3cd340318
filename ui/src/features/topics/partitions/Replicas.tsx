import type { Arrival } from "~/contract/types";
import { bytes } from "~/shared/format";
import { useT } from "~/shared/text";
import { isMoving, moveOf, progressOf, type ReplicaState, type Row, replicaState } from "./goesOn";
import { texts } from "./texts";

const WHY: Record<Exclude<ReplicaState, "ok">, keyof typeof texts> = {
  offline: "offline",
  behind: "outOfSync",
  adding: "adding",
  removing: "removing",
};
/** What stands before a broker that a reassignment adds or removes. */
const SIGN: Partial<Record<ReplicaState, string>> = { adding: "+", removing: "−" };

/** The replicas in order of preference, each with how it stands. */
export function Brokers({ row }: { row: Row }) {
  const t = useT();
  return (
    <span className="weir-brokers">
      {row.replicas.map((id) => {
        const state = replicaState(row, id);
        const why = state === "ok" ? undefined : t(texts[WHY[state]], { id });
        return (
          <span key={id} data-state={state} title={why}>
            {SIGN[state]}
            {id}
            {why ? <span className="weir-live">{why}</span> : null}
          </span>
        );
      })}
    </span>
  );
}

/** How far a replica is that a reassignment adds. */
function Arriving({ arrival, down }: { arrival: Arrival; down: boolean }) {
  const t = useT();
  const { broker: id, in_sync: inSync } = arrival;
  const progress = progressOf(arrival);
  if (down) return <span>{t(texts.arrivingDown, { id })}</span>;
  if (inSync) return <span>{t(texts.arrived, { id })}</span>;
  // All bytes are there and it is not in sync yet: a percentage would say that something is missing.
  if (progress === null || progress.behind === "0") return <span>{t(texts.arriving, { id })}</span>;
  const { percent, behind } = progress;
  return <span>{t(texts.progress, { id, percent, bytes: bytes(behind) })}</span>;
}

/** Where a partition moves, and how far it is. */
export function Progress({ row }: { row: Row }) {
  const t = useT();
  if (!isMoving(row)) return null;
  const { from, to } = moveOf(row);
  return (
    <span className="weir-doc weir-progress">
      <span>{t(texts.fromTo, { from: from.join(", "), to: to.join(", ") })}</span>
      {(row.arrivals ?? []).map((arrival) => (
        <Arriving key={arrival.broker} arrival={arrival} down={row.offline.includes(arrival.broker)} />
      ))}
    </span>
  );
}
