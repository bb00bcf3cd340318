/** Where a cell is in the rows of a table. */
export interface CellPlace {
  row: number;
  column: number;
}

const FIELDS = "input:not([type=checkbox], [type=radio]), textarea, select";

/** The cell of the rows that has the focus; none where the focus is elsewhere, or in a field that is typed into. */
export function focusedCell(table: HTMLElement): CellPlace | null {
  const active = document.activeElement;
  if (!active || !table.contains(active) || active.matches(FIELDS)) return null;
  const cell = active.closest<HTMLTableCellElement>("tbody td, tbody th");
  const row = cell?.closest("tr");
  const body = row?.closest("tbody");
  if (!cell || !row || !body) return null;
  return { row: [...body.rows].indexOf(row), column: cell.cellIndex };
}

/** Gives the focus to a cell, or to what can be pressed in it. */
export function focusCell(table: HTMLElement, { row, column }: CellPlace): void {
  const cell = table.querySelector("tbody")?.rows[row]?.cells[column];
  const inside = cell?.querySelector<HTMLElement>("a[href], button, input");
  (inside ?? cell)?.focus();
}
