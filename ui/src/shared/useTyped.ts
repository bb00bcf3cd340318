import { useEffect, useRef, useState } from "react";

/**
 * What was handed on and has not come back, once `value` has come: null if it was not typed here but changed from
 * outside. An older text that comes back while a newer one is on its way is no change.
 */
export function comeBack(sent: readonly string[], value: string): readonly string[] | null {
  const at = sent.lastIndexOf(value);
  return at < 0 ? null : sent.slice(at);
}

/**
 * The text of a field whose value lives elsewhere (in the address, in a table's cells) and comes back late: the field
 * shows what is typed at once and hands it on once typing settles. Shown by the value alone, letters typed in between
 * would be lost.
 */
export function useTyped(
  value: string,
  onChange: (value: string) => void,
  settleMs = 0,
): [string, (value: string) => void] {
  const [text, setText] = useState(value);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const sent = useRef<readonly string[]>([value]);
  const handOn = useRef(onChange);
  handOn.current = onChange;

  useEffect(() => {
    const left = comeBack(sent.current, value);
    sent.current = left ?? [value];
    if (left) return;
    clearTimeout(timer.current);
    setText(value);
  }, [value]);
  useEffect(() => () => clearTimeout(timer.current), []);

  const type = (next: string) => {
    setText(next);
    clearTimeout(timer.current);
    const settled = () => {
      sent.current = [...sent.current, next];
      handOn.current(next);
    };
    if (settleMs === 0) settled();
    else timer.current = setTimeout(settled, settleMs);
  };
  return [text, type];
}
