import Alert from "@cloudscape-design/components/alert";
import type { Text } from "~/contract/types";
import { useT } from "./text";

/** What the core found wrong with what is shown; nothing when all is well. */
export function Warnings(props: { warnings: Text[]; type?: "warning" | "error" }) {
  const t = useT();
  if (props.warnings.length === 0) return <span hidden />;
  return (
    <Alert type={props.type ?? "warning"}>
      {props.warnings.map(t.core).map((text) => (
        <div key={text}>{text}</div>
      ))}
    </Alert>
  );
}
