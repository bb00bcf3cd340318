import type { ClusterRow, Text } from "~/contract/types";

/** As the core has it. */
const NAME_MAX = 64;

/** What the core would say of a connection's name: letter case aside, it is nobody else's. */
export function connectionNameProblem(
  typed: string,
  clusters: readonly Pick<ClusterRow, "id" | "name">[],
  own: string | null,
): Text | null {
  const name = typed.trim();
  if ([...name].length > NAME_MAX) return { id: "cluster.name_long", args: { max: NAME_MAX } };
  const same = (other: string) => other.toLowerCase() === name.toLowerCase();
  const by = clusters.find((each) => each.id !== own && (same(each.name) || same(each.id)));
  return by ? { id: "cluster.name_taken", args: { name: by.name } } : null;
}
