/** A JSON text laid out for reading, without ever parsing a number: 64-bit integers keep all their digits. */
export type TokenKind = "key" | "string" | "number" | "word" | "punctuation";
export interface Token {
  kind: TokenKind;
  text: string;
}
export interface Line {
  depth: number;
  tokens: Token[];
}

const TOKEN = /\s*("(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|true|false|null|[{}[\],:])/y;

function kindOf(text: string): TokenKind {
  if (text.startsWith('"')) return "string";
  if (/^[{}[\],:]$/.test(text)) return "punctuation";
  return /^[-\d]/.test(text) ? "number" : "word";
}

/** The tokens of a JSON text in order; null if it is not JSON after all. */
export function tokenise(source: string): Token[] | null {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < source.length) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(source);
    if (!match?.[1]) return source.slice(at).trim() === "" && tokens.length > 0 ? tokens : null;
    tokens.push({ kind: kindOf(match[1]), text: match[1] });
  }
  return tokens.length > 0 ? tokens : null;
}

const opens = (token: Token | undefined) => token?.text === "{" || token?.text === "[";
const closes = (token: Token | undefined) => token?.text === "}" || token?.text === "]";
const isMark = (token: Token) => token.kind === "punctuation";

/** One member a line, indented by depth; empty objects and arrays stay on their line. */
export function layOut(tokens: Token[]): Line[] {
  const lines: Line[] = [{ depth: 0, tokens: [] }];
  let depth = 0;
  const line = () => lines[lines.length - 1] as Line;
  const newLine = () => lines.push({ depth, tokens: [] });
  tokens.forEach((token, index) => {
    const next = tokens[index + 1];
    if (isMark(token) && closes(token)) {
      depth -= 1;
      if (!opens(tokens[index - 1])) newLine();
      line().tokens.push(token);
    } else if (isMark(token) && opens(token)) {
      depth += 1;
      line().tokens.push(token);
      if (!closes(next)) newLine();
    } else if (isMark(token) && token.text === ",") {
      line().tokens.push(token);
      newLine();
    } else if (isMark(token)) {
      line().tokens.push({ kind: "punctuation", text: ": " });
    } else {
      const isKey = token.kind === "string" && next?.text === ":" && isMark(next);
      line().tokens.push(isKey ? { ...token, kind: "key" } : token);
    }
  });
  return lines;
}

/** The same as text, two spaces a level: what "Copy" copies. */
export function pretty(source: string): string {
  const tokens = tokenise(source);
  if (!tokens) return source;
  return layOut(tokens)
    .map((line) => "  ".repeat(line.depth) + line.tokens.map((token) => token.text).join(""))
    .join("\n");
}

const ESCAPE = /\\(?:u([dD][89abAB][\da-fA-F]{2})\\u([dD][c-fC-F][\da-fA-F]{2})|u([\da-fA-F]{4})|.)/gs;
/** Quote and backslash, controls, lone surrogates, and what has no shape or turns the line around. */
const KEPT_ESCAPED = /["\\\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

/** A JSON text with its \uXXXX read as characters, for eyes only: what is copied stays as it was written. */
export function readable(text: string): string {
  if (!text.includes("\\u")) return text;
  return text.replace(ESCAPE, (written, high?: string, low?: string, single?: string) => {
    const units = [high, low, single].filter((unit) => unit !== undefined);
    if (units.length === 0) return written;
    const character = String.fromCharCode(...units.map((unit) => Number.parseInt(unit, 16)));
    return KEPT_ESCAPED.test(character) ? written : character;
  });
}
