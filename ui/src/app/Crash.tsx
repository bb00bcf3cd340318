import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { Component, type ReactNode, useState } from "react";
import { useRouteError } from "react-router";
import { copyAnywhere } from "~/platform/copy";
import { isWindow } from "~/platform/isWindow";
import { restartAnywhere } from "~/platform/restart";
import { CallError, CoreGone } from "~/platform/types";
import { defineTexts, type Translate, translator, useT } from "~/shared/text";

const texts = defineTexts({
  pageTitle: { en: "This page has stopped", ko: "이 페이지가 중지되었습니다" },
  pageBody: {
    en: "A fault in Weir, not in your cluster: clusters and clients keep running. The rest of the app still works.",
    ko: "클러스터가 아닌 Weir의 오류입니다. 클러스터와 클라이언트는 계속 실행 중이며 앱의 다른 부분은 정상입니다.",
  },
  coreTitle: { en: "Weir’s core does not answer", ko: "Weir 코어가 응답하지 않습니다" },
  coreBody: {
    en: "Your clusters run in processes of their own and are not affected. Restart to connect to them again.",
    ko: "클러스터는 별도의 프로세스에서 실행되므로 영향을 받지 않습니다. 다시 시작하면 다시 연결됩니다.",
  },
  servedBody: {
    en: "Your clusters run in processes of their own and are not affected. Run weir serve again and use the page that it opens.",
    ko: "클러스터는 별도의 프로세스에서 실행되므로 영향을 받지 않습니다. weir serve를 다시 실행하고 열리는 페이지를 사용하세요.",
  },
  sessionTitle: { en: "This page has lost its session", ko: "이 페이지의 세션이 만료되었습니다" },
  sessionBody: {
    en: "Run weir serve again and use the page that it opens.",
    ko: "weir serve를 다시 실행하고 열리는 페이지를 사용하세요.",
  },
  copy: { en: "Copy details", ko: "세부 정보 복사" },
  copied: { en: "Copied", ko: "복사됨" },
  reload: { en: "Reload", ko: "새로 고침" },
  restart: { en: "Restart", ko: "다시 시작" },
  details: { en: "Details", ko: "세부 정보" },
});

/** What a report needs and nothing that names a person's data. */
export function detailsOf(thrown: unknown): string {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  const core = thrown instanceof CallError ? JSON.stringify(thrown.error, null, 2) : null;
  return [
    `${error.name}: ${error.message}`,
    core,
    `page: ${window.location.pathname}`,
    `agent: ${navigator.userAgent}`,
    `at: ${new Date().toISOString()}`,
    error.stack,
  ]
    .filter(Boolean)
    .join("\n");
}

const BODY = {
  page: texts.pageBody,
  core: texts.coreBody,
  served: texts.servedBody,
  session: texts.sessionBody,
};
const TITLE = {
  page: texts.pageTitle,
  core: texts.coreTitle,
  served: texts.coreTitle,
  session: texts.sessionTitle,
};

/** Of a browser's page the core is the process `weir serve`: nothing in the page brings it back. */
function kindOf(thrown: unknown): keyof typeof BODY {
  if (thrown instanceof CallError && thrown.error.kind === "session") return "session";
  if (!(thrown instanceof CoreGone)) return "page";
  return isWindow() ? "core" : "served";
}

function CrashBody(props: { thrown: unknown; t: Translate }) {
  const { t, thrown } = props;
  const kind = kindOf(thrown);
  return (
    <div className="weir-crash" role="alert">
      <SpaceBetween size="l">
        <img src="/weir.svg" width={48} height={48} alt="" />
        <div>
          <Box variant="h1">{t(TITLE[kind])}</Box>
          <Box color="text-body-secondary" margin={{ top: "xs" }}>
            {t(BODY[kind])}
          </Box>
        </div>
        {/* A session that is over is no fault to report, and the page cannot get another by itself. */}
        {kind === "session" ? (
          <span hidden />
        ) : (
          <Report
            details={detailsOf(thrown)}
            again={t(kind === "served" ? texts.reload : texts.restart)}
            onAgain={() => (kind === "core" ? void restartAnywhere() : window.location.reload())}
            t={t}
          />
        )}
      </SpaceBetween>
    </div>
  );
}

/** The way on, and what a report needs. */
function Report(props: { details: string; again: string; onAgain: () => void; t: Translate }) {
  const { details, again, onAgain, t } = props;
  const [copied, setCopied] = useState(false);
  return (
    <SpaceBetween size="l">
      <SpaceBetween direction="horizontal" size="xs">
        <Button variant="primary" onClick={onAgain}>
          {again}
        </Button>
        <Button
          iconName={copied ? "status-positive" : "copy"}
          onClick={() =>
            void copyAnywhere(details).then(
              () => setCopied(true),
              () => undefined,
            )
          }
        >
          {t(copied ? texts.copied : texts.copy)}
        </Button>
      </SpaceBetween>
      <section
        className="weir-crash-details"
        aria-label={t(texts.details)}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard.
        tabIndex={0}
      >
        <pre>{details}</pre>
      </section>
    </SpaceBetween>
  );
}

/** Nothing could be drawn at all: no settings, so the system's language. */
export function Crash(props: { thrown: unknown }) {
  const t = translator(navigator.language.startsWith("ko") ? "ko" : "en");
  return (
    <main className="weir-crash-page">
      <CrashBody thrown={props.thrown} t={t} />
    </main>
  );
}

/** A page threw; the shell around it lives on. */
export function PageError() {
  const t = useT();
  return <CrashBody thrown={useRouteError()} t={t} />;
}

export class CrashBoundary extends Component<{ children: ReactNode }, { thrown: unknown }> {
  override state = { thrown: null as unknown };
  static getDerivedStateFromError(thrown: unknown) {
    return { thrown };
  }
  override render() {
    return this.state.thrown ? <Crash thrown={this.state.thrown} /> : this.props.children;
  }
}
