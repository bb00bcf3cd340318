import Button from "@cloudscape-design/components/button";
import { useNavigate } from "react-router";
import type { Operation } from "~/contract/types";
import { NONE } from "./format";
import { paths } from "./paths";
import { defineTexts, type Translate, useT } from "./text";

const texts = defineTexts({
  back: { en: "Put back", ko: "되돌리기" },
  one: { en: "{what}: {before} → {after}", ko: "{what}: {before} → {after}" },
  more: { en: "{one}, and {n} more", ko: "{one} 외 {n}개" },
});

/** What took a reset back is recorded as a reset, too, with another title. */
const UNDO = "operation.group_put_back";

/** Where a reset of offsets is taken back; null for every other operation, and for one that moved nothing. */
export function backOf(operation: Operation): string | null {
  const { cluster, changes, kind, state, target, title } = operation;
  const reset = kind === "group_reset" && title.id !== UNDO && (state === "done" || state === "partly");
  const moved = changes.some(({ before, after }) => before !== after);
  if (!reset || !moved || !cluster || !target) return null;
  return `${paths.group(cluster, target)}?back=${encodeURIComponent(operation.id)}`;
}

/** What a reset moved, to tell it from others of the same group: the first of it, and how much there is besides. */
export function movedText(t: Translate, operation: Operation): string {
  const [first, ...others] = operation.changes.filter(({ before, after }) => before !== after);
  if (!first) return "";
  const { what, before, after } = first;
  const one = t(texts.one, { what, before: before ?? NONE, after: after ?? NONE });
  return others.length === 0 ? one : t(texts.more, { one, n: others.length });
}

/** Opens the preview of taking a reset back. */
export function PutBack({ operation }: { operation: Operation }) {
  const t = useT();
  const navigate = useNavigate();
  const href = backOf(operation);
  if (!href) return <span hidden />;
  return <Button onClick={() => navigate(href)}>{t(texts.back)}</Button>;
}
