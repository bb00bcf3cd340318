import Alert from "@cloudscape-design/components/alert";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ConfigChange } from "~/contract/types";
import { Command } from "~/shared/Command";
import { Dialog } from "~/shared/Dialog";
import { ErrorBox } from "~/shared/ErrorBox";
import { configEcho, NONE } from "~/shared/format";
import { useT } from "~/shared/text";
import { texts } from "./texts";

function shown(name: string, value: string | null): string {
  if (value === null) return NONE;
  const echo = configEcho(name, value);
  return echo ? `${value} (${echo})` : value;
}

interface ReviewChangesProps {
  topic: string;
  changes: ConfigChange[];
  command: string;
  pending: boolean;
  error: unknown;
  onApply: () => void;
  onDismiss: () => void;
}

/** Before and after, what it risks, and the command that does the same: then Apply. */
export function ReviewChanges(props: ReviewChangesProps) {
  const t = useT();
  const risks = props.changes.filter((change) => change.risk !== null);
  return (
    <Dialog
      size="large"
      title={t(texts.reviewTitle, { name: props.topic })}
      action={t(texts.apply)}
      pending={props.pending}
      onSubmit={props.onApply}
      onDismiss={props.onDismiss}
    >
      <SpaceBetween size="m">
        <table className="weir-diff">
          <tbody>
            {props.changes.map((change) => (
              <tr key={change.name}>
                <th scope="row" className="weir-mono">
                  {change.name}
                </th>
                <td className="weir-mono weir-diff-before">{shown(change.name, change.before)}</td>
                <td aria-hidden="true">→</td>
                <td className="weir-mono weir-diff-after">
                  {change.after === null ? t(texts.toDefault) : shown(change.name, change.after)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
        {risks.length > 0 ? (
          <Alert type="warning">
            {risks.map((change) => (
              <div key={change.name}>
                <b>{change.name}</b>: {change.risk ? t.core(change.risk) : null}
              </div>
            ))}
          </Alert>
        ) : (
          <span hidden />
        )}
        <Command command={props.command} />
        {props.error ? <ErrorBox error={props.error} command /> : <span hidden />}
      </SpaceBetween>
    </Dialog>
  );
}
