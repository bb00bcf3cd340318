import { useRef } from "react";

interface Line {
  id: number;
}

/**
 * Lines that are added one by one: the id of the next, and the focus in the first field of the one just added, so that
 * who presses "Add" goes on typing.
 */
export function useNewLine(lines: readonly Line[]) {
  const added = useRef<number | null>(null);
  return {
    nextId: () => {
      added.current = 1 + Math.max(0, ...lines.map(({ id }) => id));
      return added.current;
    },
    /** Of the first field of each line. */
    fieldOf: (line: Line) => (field: { focus: () => void } | null) => {
      if (field === null || line.id !== added.current) return;
      added.current = null;
      field.focus();
    },
  };
}
