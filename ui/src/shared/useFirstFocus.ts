import type { InputProps } from "@cloudscape-design/components/input";
import { useEffect, useRef } from "react";

/** For the one field of a dialog: the dialog gives the focus to its first button as it opens; this takes it after. */
export function useFirstFocus() {
  const ref = useRef<InputProps.Ref>(null);
  useEffect(() => {
    const timer = setTimeout(() => ref.current?.focus(), 0);
    return () => clearTimeout(timer);
  }, []);
  return ref;
}
