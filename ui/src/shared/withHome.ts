/** What stands in quotes, or is a quote itself, is no shell's syntax. */
const QUOTED = /'[^']*'|\\./g;
/** The commands of a chain, and what joins them. */
const PARTS = /(?:'[^']*'|\\.|(?! && ).)+| && /gs;

/** A command line whose `weir` finds the data folder of this window, where that is not the usual one. */
export function withHome(command: string, flag: string | null | undefined): string {
  if (!flag) return command;
  const isWeirs = (part: string) => /(?:^|\| )weir /.test(part.replace(QUOTED, ""));
  const parts = command.match(PARTS) ?? [];
  return parts.map((part) => (isWeirs(part) ? `${part} ${flag}` : part)).join("");
}
