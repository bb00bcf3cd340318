import Button from "@cloudscape-design/components/button";
import Form from "@cloudscape-design/components/form";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from "react";
import { useNavigate } from "react-router";
import { InfoLink } from "./help";
import { isComposing, isMod } from "./keys";
import { defineTexts, useT } from "./text";

const texts = defineTexts({ cancel: { en: "Cancel", ko: "취소" } });

interface FormPageProps {
  title: string;
  description?: ReactNode;
  submit: string;
  /** Where Cancel leads. */
  back: string;
  pending: boolean;
  /** A server's answer that belongs to no field. */
  error?: string | null;
  /** Counts submissions that failed validation; each moves the focus to the first error. */
  failures: number;
  onSubmit: () => void;
  secondary?: ReactNode;
  children: ReactNode;
}

/** Whether the form goes on below the window's edge, under its buttons. */
function useStuck() {
  const end = useRef<HTMLDivElement>(null);
  const [stuck, setStuck] = useState(false);
  useEffect(() => {
    if (!end.current || typeof IntersectionObserver === "undefined") return;
    const observer = new IntersectionObserver(([entry]) => setStuck(entry?.isIntersecting === false));
    observer.observe(end.current);
    return () => observer.disconnect();
  }, []);
  return { end, stuck };
}

/** A create or edit page: submit is always on, Mod-Enter submits, the first error takes the focus. */
export function FormPage(props: FormPageProps) {
  const t = useT();
  const navigate = useNavigate();
  const node = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (props.failures === 0) return;
    const wrong = node.current?.querySelector<HTMLElement>('[aria-invalid="true"]');
    wrong?.focus({ preventScroll: true });
    // In the middle: at the page's end lie the form's buttons.
    wrong?.scrollIntoView({ block: "center" });
  }, [props.failures]);
  const { end, stuck } = useStuck();
  const submitted = useRef(false);
  // Once a key: Cloudscape's fields submit their form on Enter by themselves, whatever is held with it.
  const submit = () => {
    if (submitted.current || props.pending) return;
    submitted.current = true;
    setTimeout(() => {
      submitted.current = false;
    });
    props.onSubmit();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || !isMod(event) || isComposing(event)) return;
    event.preventDefault();
    submit();
  };
  return (
    <form
      ref={node}
      noValidate
      className="weir-form"
      onKeyDown={onKeyDown}
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <Form
        header={
          <Header variant="h1" info={<InfoLink />} description={props.description}>
            {props.title}
          </Header>
        }
      >
        <SpaceBetween size="l">{props.children}</SpaceBetween>
      </Form>
      <div className="weir-form-actions" data-stuck={stuck || undefined}>
        <div className="weir-form-error" role="alert">
          {props.error ? <StatusIndicator type="error">{props.error}</StatusIndicator> : null}
        </div>
        <SpaceBetween direction="horizontal" size="xs">
          <Button formAction="none" variant="link" onClick={() => navigate(props.back)}>
            {t(texts.cancel)}
          </Button>
          {props.secondary ?? <span hidden />}
          <Button variant="primary" loading={props.pending} formAction="submit">
            {props.submit}
          </Button>
        </SpaceBetween>
      </div>
      <div ref={end} className="weir-form-end" />
    </form>
  );
}
