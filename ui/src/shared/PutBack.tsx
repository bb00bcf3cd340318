import Button from "@cloudscape-design/components/button";
import { useNavigate } from "react-router";
import type { Operation } from "~/contract/types";
import { paths } from "./paths";
import { defineTexts, useT } from "./text";

const texts = defineTexts({ back: { en: "Put back", ko: "되돌리기" } });

/** Where a reset of offsets is taken back; null for every other operation. */
export function backOf(operation: Operation): string | null {
  const { cluster, changes, kind, state, target } = operation;
  const is = kind === "group_reset" && (state === "done" || state === "partly") && changes.length > 0;
  if (!is || !cluster || !target) return null;
  return `${paths.group(cluster, target)}?back=${encodeURIComponent(operation.id)}`;
}

/** Opens the preview of taking a reset back. */
export function PutBack({ operation }: { operation: Operation }) {
  const t = useT();
  const navigate = useNavigate();
  const href = backOf(operation);
  if (!href) return <span hidden />;
  return <Button onClick={() => navigate(href)}>{t(texts.back)}</Button>;
}
