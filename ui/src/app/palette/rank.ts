/** How well a name answers a query: exact, start, start of a word, inside; 0 is no match. Higher is better. */
export function score(name: string, query: string): number {
  const text = name.toLowerCase();
  const wanted = query.trim().toLowerCase();
  if (wanted === "") return 1;
  if (text === wanted) return 5;
  if (text.startsWith(wanted)) return 4;
  if (text.split(/[\s._-]+/).some((word) => word.startsWith(wanted))) return 3;
  if (text.includes(wanted)) return 2;
  return wanted.split(/\s+/).every((word) => text.includes(word)) ? 1 : 0;
}

export function rank<T>(items: T[], query: string, textOf: (item: T) => string): T[] {
  return items
    .map((item, index) => ({ item, index, score: score(textOf(item), query) }))
    .filter((each) => each.score > 0)
    .sort((a, b) => b.score - a.score || a.index - b.index)
    .map((each) => each.item);
}
