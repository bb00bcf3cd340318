import type { ClusterDetail } from "~/contract/types";
import { CallError } from "~/platform";
import { tag, useCall } from "~/shared/api";
import { noBrokerRuns } from "~/shared/state";

/** Whether nobody answers: what is known of topics was of before, and looks as if all were well. */
export function isSilent(detail: ClusterDetail | undefined): boolean {
  return detail !== undefined && (detail.state === "UNREACHABLE" || noBrokerRuns(detail));
}

interface Silence {
  failure: CallError | null;
  askAgain: () => void;
}

/**
 * Why nobody answers, as an error in place of the list; null while somebody does. Who asks the brokers is told more than
 * the state's reason: what to do about it.
 */
export function useSilence(cluster: string, detail: ClusterDetail | undefined): Silence {
  const silent = isSilent(detail);
  const tags = [tag.brokers(cluster)];
  const asked = useCall("brokers.list", { cluster }, { tags, enabled: silent, fresh: true });
  const askAgain = () => void asked.refetch();
  if (!silent) return { failure: null, askAgain };
  const reason = detail?.state_reason ? failureOf(detail.state_reason) : null;
  return { failure: asked.error instanceof CallError ? asked.error : reason, askAgain };
}

function failureOf(text: CallError["error"]["text"]): CallError {
  return new CallError({ text, hint: null, kind: "unreachable", outcome: null, field: null, detail: null });
}
