import Button from "@cloudscape-design/components/button";
import Flashbar, { type FlashbarProps } from "@cloudscape-design/components/flashbar";
import { useEffect } from "react";
import { useLocation, useNavigate } from "react-router";
import type { Operation } from "~/contract/types";
import { Command } from "~/shared/Command";
import { type Flash, useFlash } from "~/shared/flash";
import { backOf, PutBack } from "~/shared/PutBack";
import { type Translate, useT } from "~/shared/text";
import { useNow } from "~/shared/time";
import { useHeadBelowNotice } from "./scroll";
import { texts } from "./texts";

/** Nothing is said about work that ends within a second. */
const SILENT_MS = 1000;
const TYPE = {
  running: "in-progress",
  done: "success",
  failed: "error",
  partly: "warning",
  unknown: "warning",
} as const;

function stepsText(t: Translate, operation: Operation): string | null {
  const running = operation.steps.find((step) => step.state === "running");
  if (operation.state !== "running" || !running) return null;
  const done = operation.steps.filter((step) => step.state === "done").length;
  return t(texts.stepOf, { n: done + 1, all: operation.steps.length, text: t.core(running.text) });
}

function operationContent(t: Translate, operation: Operation) {
  const detail = operation.error
    ? [t.core(operation.error.text), operation.error.hint && t.core(operation.error.hint)]
        .filter(Boolean)
        .join(" ")
    : stepsText(t, operation);
  return (
    <span className="weir-flash">
      {t.core(operation.state === "done" ? operation.done : operation.title)}
      {detail ? <span className="weir-flash-detail"> {detail}</span> : null}
      {operation.state === "done" && operation.command ? (
        <details className="weir-more">
          <summary>{t(texts.showCommand)}</summary>
          <Command command={operation.command} bare />
        </details>
      ) : null}
    </span>
  );
}

function endOf(operation: Operation): number {
  return operation.ended_at === null ? Number.POSITIVE_INFINITY : Number(operation.ended_at);
}

/** Tells the newest notice from the one before: told a second time, one of the same kind has just come, too. */
export function newestOf(
  dated: readonly { at: number; item: Pick<FlashbarProps.MessageDefinition, "id" | "type"> }[],
): string | undefined {
  const [newest] = dated;
  return newest && `${newest.item.id} ${newest.item.type} ${newest.at}`;
}

export function Flashes() {
  const t = useT();
  const navigate = useNavigate();
  const location = useLocation();
  const { flashes, operations, tracked, dismiss, onNavigate } = useFlash();
  const followed = [...tracked.keys()]
    .map((id) => operations[id])
    .filter((each): each is Operation => each !== undefined);
  const now = useNow(followed.some((each) => each.state === "running"));

  // biome-ignore lint/correctness/useExhaustiveDependencies: every navigation counts, whatever changed in it.
  useEffect(onNavigate, [location.pathname]);

  const view = (href: string | undefined) =>
    href && href !== location.pathname ? (
      <Button onClick={() => navigate(href)}>{t(texts.view)}</Button>
    ) : undefined;
  const common = (id: string) => ({
    id,
    dismissible: true,
    dismissLabel: t(texts.dismiss),
    onDismiss: () => dismiss(id),
  });
  const ofFlash = (each: Flash): FlashbarProps.MessageDefinition => ({
    ...common(each.id),
    type: each.type,
    loading: each.type === "in-progress",
    content: each.content,
    action: each.action ? <Button onClick={each.action.run}>{each.action.text}</Button> : view(each.view),
  });
  const ofOperation = (each: Operation): FlashbarProps.MessageDefinition => ({
    ...common(each.id),
    type: TYPE[each.state],
    loading: each.state === "running",
    content: operationContent(t, each),
    action: backOf(each) ? <PutBack operation={each} /> : view(tracked.get(each.id)?.view),
  });
  const shown = followed.filter(
    (each) => each.state !== "running" || now - Number(each.started_at) >= SILENT_MS,
  );
  // Newest first, since a stack shows only its first: what runs, then by when it ended.
  const dated = [
    ...shown.map((each) => ({ at: endOf(each), item: ofOperation(each) })),
    ...flashes.map((each) => ({ at: each.bornAt, item: ofFlash(each) })),
  ];
  dated.sort((a, b) => b.at - a.at);
  const items = dated.map((each) => each.item);
  useHeadBelowNotice(newestOf(dated));
  return (
    <Flashbar
      items={items}
      stackItems={items.length > 2}
      i18nStrings={{
        ariaLabel: t(texts.notifications),
        notificationBarAriaLabel: t(texts.notifications),
        notificationBarText: t(texts.notifications),
        errorIconAriaLabel: t(texts.error),
        successIconAriaLabel: t(texts.success),
        warningIconAriaLabel: t(texts.warning),
        infoIconAriaLabel: t(texts.info),
        inProgressIconAriaLabel: t(texts.inProgress),
      }}
    />
  );
}
