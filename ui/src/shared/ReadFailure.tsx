import { apiErrorOf, ErrorBox } from "./ErrorBox";
import { StoppedNotice } from "./StoppedNotice";

/** In place of what could not be read: of a cluster that does not run the way to start it, else what failed. */
export function ReadFailure(props: { error: unknown; onRetry?: () => void }) {
  const id = apiErrorOf(props.error)?.text.id;
  if (id === "permit.stopped" || id === "permit.failed")
    return <StoppedNotice failed={id === "permit.failed"} />;
  return <ErrorBox {...props} />;
}
