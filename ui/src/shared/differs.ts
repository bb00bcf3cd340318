/** Whether two plain values say something else: what is in them counts, not which objects hold it. */
export function differs(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return false;
  if (!isRecord(one) || !isRecord(other)) return true;
  const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...keys].some((key) => differs(one[key], other[key]));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
