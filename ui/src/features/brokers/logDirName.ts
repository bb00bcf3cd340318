import type { LogDirRow } from "~/contract/types";

/** The last part of its path: what tells the log dirs of one broker apart. */
export function logDirName({ path }: Pick<LogDirRow, "path">): string {
  return path.split("/").filter(Boolean).at(-1) ?? path;
}
