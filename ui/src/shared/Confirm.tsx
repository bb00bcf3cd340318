import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type ReactNode, useState } from "react";
import { Command } from "./Command";
import { ErrorBox } from "./ErrorBox";
import { defineTexts, useT } from "./text";
import { useFirstFocus } from "./useFirstFocus";

const texts = defineTexts({
  cancel: { en: "Cancel", ko: "취소" },
  close: { en: "Close", ko: "닫기" },
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
  pending: boolean;
  error: unknown;
  onConfirm: () => void;
  onDismiss: () => void;
}

/** The product's one way to ask before something that cannot be taken back. Errors stay inside. */
export function Confirm(props: ConfirmProps) {
  const t = useT();
  const [typed, setTyped] = useState("");
  const focus = useFirstFocus();
  const ready = !props.blocked && (props.word === undefined || typed === props.word);
  const submit = () => {
    if (ready && !props.pending) props.onConfirm();
  };
  return (
    <Modal
      visible
      size={props.size ?? "medium"}
      onDismiss={props.onDismiss}
      closeAriaLabel={t(texts.close)}
      header={props.title}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" onClick={props.onDismiss}>
              {t(texts.cancel)}
            </Button>
            <Button variant="primary" disabled={!ready} loading={props.pending} onClick={submit}>
              {props.action}
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
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
                ref={focus}
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
      </form>
    </Modal>
  );
}
