import {
  type FocusEvent,
  type KeyboardEvent,
  type MouseEvent,
  type ReactNode,
  useCallback,
  useState,
} from "react";
import { isComposing, isTyping } from "../keys";
import { useSettings } from "../settings";
import { SplitContent } from "../split";
import type { ResourceTableProps } from "./ResourceTable";

/** A row at a glance. */
export interface Peek {
  header: string;
  content: ReactNode;
}

/** The row of the page that holds a node; -1 for the header and everything around. */
function rowAt(node: EventTarget): number {
  const row = node instanceof Element ? node.closest("tbody tr") : null;
  const body = row?.closest("tbody");
  return row && body ? [...body.rows].indexOf(row as HTMLTableRowElement) : -1;
}

/** Space belongs to what is pressed with it. */
function isPressed(node: EventTarget): boolean {
  return node instanceof Element && node.closest("button, input, select, textarea, summary, label") !== null;
}

/** The keys of rows: Space shows the focused row beside the table and follows the focus, `x` selects it. */
export function usePeek<Row>(table: ResourceTableProps<Row>) {
  const { letter_keys: letters } = useSettings();
  const [id, setId] = useState<string | null>(null);
  const close = useCallback(() => setId(null), []);
  const { rows, rowId, peek, selection } = table;
  const shown = rows?.find((row) => rowId(row) === id);
  const rowOf = (node: EventTarget) => rows?.[rowAt(node)];

  const toggle = (row: Row) => {
    const chosen = rowId(row);
    if (!selection) return;
    const has = selection.ids.includes(chosen);
    if (selection.type === "single") selection.onChange(has ? [] : [chosen]);
    else
      selection.onChange(has ? selection.ids.filter((each) => each !== chosen) : [...selection.ids, chosen]);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isComposing(event)) return;
    if (event.key === "Escape" && shown) {
      event.preventDefault();
      return close();
    }
    const row = rowOf(event.target);
    if (!row) return;
    if (event.key === " " && peek && !isPressed(event.target))
      setId(shown && rowId(shown) === rowId(row) ? null : rowId(row));
    else if (event.code === "KeyX" && letters && selection && !isTyping(event.nativeEvent)) toggle(row);
    else return;
    event.preventDefault();
  };
  // A click into a row makes it the one that the keys are about, as the focus on its name does.
  const onClick = (event: MouseEvent) => {
    const row = event.target instanceof Element ? event.target.closest<HTMLElement>("tbody tr") : null;
    if (!row || !rowOf(event.target) || isPressed(event.target)) return;
    if (event.target instanceof Element && event.target.closest("a[href]")) return;
    // Who marks text wants to keep it marked.
    if (document.getSelection()?.isCollapsed === false) return;
    const cell = row.querySelector<HTMLElement>("th");
    // The grid knows a cell without anything to press only once the arrows have come by.
    if (cell && !cell.hasAttribute("tabindex")) cell.tabIndex = -1;
    const name = cell?.querySelector<HTMLElement>("a[href], button") ?? cell;
    name?.focus({ preventScroll: true });
  };
  const onFocus = (event: FocusEvent) => {
    const row = shown ? rowOf(event.target) : undefined;
    if (row) setId(rowId(row));
  };
  const look = shown && peek ? peek(shown) : null;
  const panel = look ? (
    <SplitContent header={look.header} onClose={close}>
      {look.content}
    </SplitContent>
  ) : null;
  return { onKeyDown, onClick, onFocus, panel };
}
