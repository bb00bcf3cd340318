import StatusIndicator from "@cloudscape-design/components/status-indicator";
import type { Operation, OperationStep } from "~/contract/types";
import { CancelRemoval } from "./CancelRemoval";
import { Command } from "./Command";
import { duration } from "./format";
import { backOf, movedText, PutBack } from "./PutBack";
import { OPERATION_TYPE } from "./state";
import { defineTexts, useT } from "./text";
import { Ago } from "./time";

const texts = defineTexts({
  details: { en: "Details", ko: "세부 정보" },
  took: { en: "took {time}", ko: "{time} 소요" },
  by: { en: "by {who}", ko: "{who}" },
  you: { en: "you", ko: "사용자" },
  weir: { en: "Weir", ko: "Weir" },
  cli: { en: "command line", ko: "명령줄" },
  before: { en: "before", ko: "이전" },
  after: { en: "after", ko: "이후" },
});

const STEP_TYPE = { pending: "pending", running: "in-progress", done: "success", failed: "error" } as const;

export function ByWhom(props: { by: string }) {
  const t = useT();
  const known = { you: texts.you, weir: texts.weir, cli: texts.cli }[props.by];
  return <>{known ? t(known) : props.by}</>;
}

export function OperationSteps(props: { steps: OperationStep[] }) {
  const t = useT();
  return (
    <ul className="weir-steps">
      {props.steps.map((step) => (
        <li key={step.text.id + JSON.stringify(step.text.args)}>
          <StatusIndicator type={STEP_TYPE[step.state]}>{t.core(step.text)}</StatusIndicator>
        </li>
      ))}
    </ul>
  );
}

/** What an operation changed: value before, value after. */
export function OperationChanges(props: { operation: Operation }) {
  return (
    <ul className="weir-changes">
      {props.operation.changes.map((change) => (
        <li key={change.what}>
          <span className="weir-mono">{change.what}</span>{" "}
          <span className="weir-soft weir-mono">{change.before ?? "-"}</span> →{" "}
          <span className="weir-mono">{change.after ?? "-"}</span>
        </li>
      ))}
    </ul>
  );
}

export function OperationError(props: { operation: Operation }) {
  const t = useT();
  const { error } = props.operation;
  if (!error) return null;
  return (
    <div className="weir-error-text">
      {t.core(error.text)} {error.hint ? t.core(error.hint) : ""}
      {error.detail ? <div className="weir-mono weir-soft">{error.detail}</div> : null}
    </div>
  );
}

export function operationMs(operation: Operation): number | null {
  return operation.ended_at === null ? null : Number(operation.ended_at) - Number(operation.started_at);
}

interface OperationCardProps {
  operation: Operation;
  /** Name the cluster too: in lists over all of them. */
  withCluster?: boolean;
}

/** One line of the Activity drawer, with everything else one click away. */
export function OperationCard({ operation, withCluster }: OperationCardProps) {
  const t = useT();
  const took = operationMs(operation);
  const hasDetails = operation.steps.length + operation.changes.length > 0 || operation.command;
  return (
    <article className="weir-operation">
      <div className="weir-operation-title">
        <StatusIndicator type={OPERATION_TYPE[operation.state]}>
          {t.core(operation.state === "done" ? operation.done : operation.title)}
        </StatusIndicator>
      </div>
      <div className="weir-operation-line">
        {withCluster && operation.cluster_name ? `${operation.cluster_name} · ` : ""}
        <Ago at={operation.started_at} /> · <ByWhom by={operation.by} />
        {took !== null ? ` · ${t(texts.took, { time: duration(took) })}` : ""}
      </div>
      <OperationError operation={operation} />
      {operation.state === "running" ? <OperationSteps steps={operation.steps} /> : null}
      <CancelRemoval operation={operation} />
      {backOf(operation) ? (
        <div className="weir-operation-line">
          <div className="weir-mono">{movedText(t, operation)}</div>
          <PutBack operation={operation} />
        </div>
      ) : null}
      {hasDetails && operation.state !== "running" ? (
        <details className="weir-more">
          <summary>{t(texts.details)}</summary>
          <OperationSteps steps={operation.steps} />
          <OperationChanges operation={operation} />
          {operation.command ? <Command command={operation.command} /> : null}
        </details>
      ) : null}
    </article>
  );
}
