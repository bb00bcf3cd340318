/**
 * The problems that stay shown while somebody types: those shown now follow what is typed, new ones wait for blur or
 * submit. What only the core could tell of a field (`kept`) stays as long as that field is left alone.
 */
export function following<P extends Record<string, string | undefined>>(
  shown: P,
  now: P,
  kept: readonly (keyof P)[],
): P {
  const left = Object.keys(shown).map((key) => [
    key,
    now[key] ?? (kept.includes(key) ? shown[key] : undefined),
  ]);
  return Object.fromEntries(left) as P;
}
