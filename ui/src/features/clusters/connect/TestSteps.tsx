import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useEffect, useRef } from "react";
import type { TestStep } from "~/contract/types";
import { duration } from "~/shared/format";
import { type Translate, useT } from "~/shared/text";
import { texts } from "./texts";

const TYPE = { ok: "success", failed: "error", skipped: "stopped" } as const;

/** What a step found; of some it is a count, which alone says nothing. */
function found(t: Translate, step: TestStep): string | null {
  if (!step.detail || !/^\d+$/.test(step.detail)) return step.detail;
  return t(step.step === "api_versions" ? texts.apis : texts.brokers, { n: Number(step.detail) });
}

/** What was tried, in order; the first failure with what to do about it. */
export function TestSteps(props: { steps: TestStep[] }) {
  const t = useT();
  const list = useRef<HTMLOListElement>(null);
  // What failed, else the end, must not stay behind the form's buttons.
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each test.
  useEffect(() => {
    const failed = list.current?.querySelector('[data-status="failed"]');
    (failed ?? list.current?.lastElementChild)?.scrollIntoView({ block: "center" });
  }, [props.steps]);
  return (
    <ol className="weir-test" ref={list}>
      {props.steps.map((step) => (
        <li key={step.step} data-status={step.status}>
          <span className="weir-test-name">{t(texts[step.step])}</span>
          <span>
            <StatusIndicator type={TYPE[step.status]}>{t.core(step.text)}</StatusIndicator>
            {step.hint ? <div className="weir-test-hint">{t.core(step.hint)}</div> : null}
            {step.detail ? <div className="weir-mono weir-soft">{found(t, step)}</div> : null}
          </span>
          <span className="weir-soft weir-num">
            {step.status === "skipped" ? "" : duration(step.took_ms)}
          </span>
        </li>
      ))}
    </ol>
  );
}
