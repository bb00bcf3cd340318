// Holds the arrows of ui/: shared -> feature -> view never turns round, and nobody but platform knows the host.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";

const root = new URL("../src/", import.meta.url).pathname;
const LINES_MAX = 600;
const problems = [];

function* files(folder) {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) yield* files(path);
    else if (/\.(ts|tsx|css)$/.test(name)) yield path;
  }
}

/** "features/topics" for a file of a feature, else its top folder. */
function areaOf(path) {
  const [top, second] = path.split("/");
  return top === "features" ? `features/${second}` : top;
}

function check(path) {
  const file = relative(root, path);
  const area = areaOf(file);
  const source = readFileSync(path, "utf8");
  if (area !== "generated" && source.split("\n").length > LINES_MAX)
    problems.push(`${file}: over ${LINES_MAX} lines`);
  for (const [, from] of source.matchAll(/(?:from|import\()\s*"([^"]+)"/g)) {
    if (from.startsWith("@tauri-apps") && area !== "platform")
      problems.push(`${file}: only platform/ may import ${from}`);
    const target = from.startsWith("~/") ? areaOf(from.slice(2)) : null;
    if (!target) continue;
    if (target.startsWith("features/") && target !== area)
      problems.push(`${file}: imports ${from}; features are found by glob, never imported`);
    if (target === "app" && area !== "app")
      problems.push(`${file}: imports ${from}; the shell imports others, never the reverse`);
    if (area === "shared" && target === "features") problems.push(`${file}: shared imports a feature`);
  }
}

for (const path of files(root)) check(path);
for (const problem of problems) console.error(problem);
console.log(problems.length ? `${problems.length} arrows broken` : "arrows hold");
process.exit(problems.length ? 1 : 0);
