import Alert from "@cloudscape-design/components/alert";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type ReactNode, useState } from "react";
import { Command } from "./Command";
import { Dialog } from "./Dialog";
import { ErrorBox } from "./ErrorBox";
import { defineTexts, useT } from "./text";

const texts = defineTexts({
  type: { en: "To confirm, type {word}", ko: "확인하려면 {word}을(를) 입력하세요" },
});

interface ConfirmProps {
  title: string;
  /** What goes, in a sentence; the name in bold. */
  children: ReactNode;
  /** What is lost with it. */
  warning?: ReactNode;
  /** What must be typed; none for a simple question. */
  word?: string;
  action: string;
  /** Not yet: what is asked for is not whole. */
  blocked?: boolean;
  size?: "medium" | "large";
  command?: string | undefined;
  /** Enter does it: nothing is lost by it. */
  act?: boolean;
  pending: boolean;
  error: unknown;
  onConfirm: () => void;
  onDismiss: () => void;
}

/** The product's one way to ask before something that cannot be taken back. Errors stay inside. */
export function Confirm(props: ConfirmProps) {
  const t = useT();
  const [typed, setTyped] = useState("");
  const ready = !props.blocked && (props.word === undefined || typed === props.word);
  return (
    <Dialog
      title={props.title}
      size={props.size ?? "medium"}
      action={props.action}
      disabled={!ready}
      act={props.act ?? false}
      pending={props.pending}
      onSubmit={props.onConfirm}
      onDismiss={props.onDismiss}
    >
      <SpaceBetween size="m">
        <div>{props.children}</div>
        {props.warning ? <Alert type="warning">{props.warning}</Alert> : <span hidden />}
        {props.command ? <Command command={props.command} /> : <span hidden />}
        {props.word === undefined ? (
          <span hidden />
        ) : (
          <FormField label={t(texts.type, { word: `“${props.word}”` })}>
            <Input
              value={typed}
              onChange={({ detail }) => setTyped(detail.value)}
              placeholder={props.word}
              autoComplete="off"
              spellcheck={false}
            />
          </FormField>
        )}
        {props.error ? <ErrorBox error={props.error} command /> : <span hidden />}
      </SpaceBetween>
    </Dialog>
  );
}
