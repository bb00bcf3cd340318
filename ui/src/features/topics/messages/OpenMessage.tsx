import { useCallback, useEffect } from "react";
import { useParams } from "react-router";
import type { MessageRow } from "~/contract/types";
import { isComposing, isTyping } from "~/shared/keys";
import { useSettings } from "~/shared/settings";
import { SplitContent } from "~/shared/split";
import { useT } from "~/shared/text";
import { Detail } from "./Detail";
import type { MessagesQuery } from "./query";
import { texts } from "./texts";

interface OpenMessageProps {
  topic: string;
  query: MessagesQuery;
  onPatch: (changes: Record<string, string | null>) => void;
  /** The row before (-1) or after (1) the open one in the list it was opened from. */
  neighbour: (by: 1 | -1) => MessageRow | undefined;
}

/** The message that the address names, in the split panel; `[` and `]` go to its neighbours, Esc closes. */
export function OpenMessage({ topic, query, onPatch, neighbour }: OpenMessageProps) {
  const t = useT();
  const { cluster = "" } = useParams();
  const { letter_keys: letters } = useSettings();
  const { open } = query;
  const close = useCallback(() => onPatch({ m: null }), [onPatch]);

  const step = (by: 1 | -1) => {
    const row = neighbour(by);
    if (row) onPatch({ m: row.id });
  };
  useEffect(() => {
    if (!open) return;
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || isComposing(event) || isTyping(event)) return;
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === "Escape") close();
      else if (letters && event.key === "[") step(-1);
      else if (letters && event.key === "]") step(1);
      else return;
      event.preventDefault();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  });
  if (!open) return null;
  const { partition, offset } = open;
  return (
    <SplitContent header={t(texts.detailHeader, { topic, partition, offset })} onClose={close}>
      <Detail cluster={cluster} topic={topic} partition={partition} offset={offset} onStep={step} />
    </SplitContent>
  );
}
