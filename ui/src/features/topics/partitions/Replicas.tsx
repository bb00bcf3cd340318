import { useT } from "~/shared/text";
import { type ReplicaState, type Row, replicaState } from "./goesOn";
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
