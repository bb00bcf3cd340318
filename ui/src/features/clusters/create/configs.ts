import type { ConfigValue } from "~/contract/types";

/** Lines of KEY=VALUE as configurations; empty lines and those that begin with # say nothing. The line that is neither. */
export function configsOf(text: string): { configs: ConfigValue[]; wrong: string | null } {
  const lines = text.split("\n").map((line) => line.trim());
  const told = lines.filter((line) => line !== "" && !line.startsWith("#"));
  const wrong = told.find((line) => line.indexOf("=") < 1) ?? null;
  const configs = told
    .filter((line) => line.indexOf("=") >= 1)
    .map((line) => {
      const at = line.indexOf("=");
      return { name: line.slice(0, at).trim(), value: line.slice(at + 1).trim() };
    });
  return { configs, wrong };
}
