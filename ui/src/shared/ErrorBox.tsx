import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ReactNode } from "react";
import type { ApiError } from "~/contract/types";
import { CallError } from "~/platform";
import { useCopy } from "./CopyButton";
import { defineTexts, type Translate, useT } from "./text";

const texts = defineTexts({
  coreGone: { en: "Weir’s core does not answer.", ko: "Weir 코어가 응답하지 않습니다." },
  notDone: { en: "Nothing was changed.", ko: "변경된 내용이 없습니다." },
  partly: { en: "Only a part was done.", ko: "일부만 완료되었습니다." },
  unknown: { en: "It is not known whether it was done.", ko: "완료 여부를 확인할 수 없습니다." },
  retry: { en: "Retry", ko: "다시 시도" },
  copy: { en: "Copy details", ko: "세부 정보 복사" },
  copied: { en: "Copied", ko: "복사됨" },
  restart: { en: "Restart", ko: "다시 시작" },
});
const OUTCOME = { not_done: texts.notDone, partly: texts.partly, unknown: texts.unknown };

export function apiErrorOf(error: unknown): ApiError | null {
  return error instanceof CallError ? error.error : null;
}

/** One sentence for a form's error line or a cell. */
export function errorText(t: Translate, error: unknown): string {
  const api = apiErrorOf(error);
  if (!api) return t(texts.coreGone);
  return [t.core(api.text), api.hint ? t.core(api.hint) : null].filter(Boolean).join(" ");
}

interface ErrorBoxProps {
  error: unknown;
  onRetry?: () => void;
  /** What else can be done about it. */
  actions?: ReactNode;
  /** Say whether something was changed; for commands, not for reads. */
  command?: boolean;
}

/** What failed, where, what to do; with the untranslated detail to copy. */
export function ErrorBox(props: ErrorBoxProps) {
  const t = useT();
  const { state, copy } = useCopy();
  const api = apiErrorOf(props.error);
  const outcome = props.command && api?.outcome ? t(OUTCOME[api.outcome]) : null;
  const details = api ? JSON.stringify(api, null, 2) : String(props.error);
  return (
    <Alert
      type="error"
      header={api ? t.core(api.text) : t(texts.coreGone)}
      action={
        <SpaceBetween direction="horizontal" size="xs">
          <Button formAction="none" iconName="copy" onClick={() => copy(details)}>
            {t(state === "copied" ? texts.copied : texts.copy)}
          </Button>
          {props.onRetry ? (
            <Button formAction="none" onClick={props.onRetry}>
              {t(texts.retry)}
            </Button>
          ) : (
            <span />
          )}
          {api?.kind === "internal" ? (
            // A fault of Weir's own: the page and all that it holds begin anew.
            <Button formAction="none" onClick={() => window.location.reload()}>
              {t(texts.restart)}
            </Button>
          ) : (
            <span />
          )}
          {props.actions ?? <span />}
        </SpaceBetween>
      }
    >
      {[api?.hint ? t.core(api.hint) : null, outcome].filter(Boolean).join(" ")}
      {api?.detail ? <div className="weir-mono weir-soft">{api.detail}</div> : null}
    </Alert>
  );
}
