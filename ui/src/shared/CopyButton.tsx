import Button from "@cloudscape-design/components/button";
import { useEffect, useState } from "react";
import { usePlatform } from "~/platform";
import { defineTexts, useT } from "./text";

const texts = defineTexts({
  copy: { en: "Copy", ko: "복사" },
  copyWhat: { en: "Copy {what}", ko: "{what} 복사" },
  copied: { en: "Copied", ko: "복사됨" },
  failed: { en: "Could not copy", ko: "복사하지 못함" },
});
const SHOWN_MS = 1800;

/** Copies through the host (WebKitGTK rejects the web clipboard) and confirms only what happened. */
export function useCopy(): { state: "idle" | "copied" | "failed"; copy: (text: string) => void } {
  const platform = usePlatform();
  const [state, setState] = useState<"idle" | "copied" | "failed">("idle");
  useEffect(() => {
    if (state === "idle") return;
    const timer = setTimeout(() => setState("idle"), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [state]);
  const copy = (text: string) => {
    platform.copy(text).then(
      () => setState("copied"),
      () => setState("failed"),
    );
  };
  return { state, copy };
}

interface CopyButtonProps {
  text: string;
  /** What is copied, for the button's name: "bootstrap address". */
  what: string;
  variant?: "icon" | "inline" | "normal";
  label?: string;
}

export function CopyButton(props: CopyButtonProps) {
  const t = useT();
  const { state, copy } = useCopy();
  const name =
    state === "idle"
      ? t(texts.copyWhat, { what: props.what })
      : t(texts[state === "copied" ? "copied" : "failed"]);
  const icon = state === "copied" ? "status-positive" : state === "failed" ? "status-negative" : "copy";
  if (props.variant === "normal")
    return (
      <Button formAction="none" iconName={icon} onClick={() => copy(props.text)}>
        {state === "idle" ? (props.label ?? t(texts.copy)) : name}
      </Button>
    );
  return (
    <span title={name}>
      <Button
        formAction="none"
        variant={props.variant === "inline" ? "inline-icon" : "icon"}
        iconName={icon}
        ariaLabel={name}
        onClick={() => copy(props.text)}
      />
      <span className="weir-live" role="status">
        {state === "idle" ? "" : name}
      </span>
    </span>
  );
}
