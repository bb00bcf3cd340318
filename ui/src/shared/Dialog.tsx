import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Modal, { type ModalProps } from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ReactNode } from "react";
import { useDialogFocus } from "./dialogFocus";
import { defineTexts, useT } from "./text";

const texts = defineTexts({
  cancel: { en: "Cancel", ko: "취소" },
  close: { en: "Close", ko: "닫기" },
});

interface DialogProps {
  title: string;
  children: ReactNode;
  size?: ModalProps.Size;
  /** The primary button; Enter in a field presses it too. */
  action: string;
  onSubmit: () => void;
  pending?: boolean;
  disabled?: boolean;
  /** "Cancel" unless something else is meant; `null`: the action is all there is to press. */
  cancel?: string | null;
  /** A second thing to do, between the two. */
  secondary?: ReactNode;
  /** Without a field, Enter does it: what it does is harmless. */
  act?: boolean;
  onDismiss: () => void;
}

/** The product's one dialog: title, body, and a footer whose buttons stand in one order; it leads the focus. */
export function Dialog(props: DialogProps) {
  const t = useT();
  const { body, footer } = useDialogFocus(props.act ?? false);
  const submit = () => {
    if (!props.disabled && !props.pending) props.onSubmit();
  };
  return (
    <Modal
      visible
      size={props.size ?? "medium"}
      header={props.title}
      onDismiss={props.onDismiss}
      closeAriaLabel={t(texts.close)}
      footer={
        <Box float="right">
          <span ref={footer}>
            <SpaceBetween direction="horizontal" size="xs">
              {props.cancel === null ? (
                <span hidden />
              ) : (
                <Button variant="link" onClick={props.onDismiss}>
                  {props.cancel ?? t(texts.cancel)}
                </Button>
              )}
              {props.secondary ?? <span hidden />}
              <Button
                variant="primary"
                disabled={props.disabled ?? false}
                loading={props.pending ?? false}
                onClick={submit}
              >
                {props.action}
              </Button>
            </SpaceBetween>
          </span>
        </Box>
      }
    >
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          // A dialog over a form belongs to it in React's eyes.
          event.stopPropagation();
          submit();
        }}
      >
        <div ref={body}>{props.children}</div>
      </form>
    </Modal>
  );
}
