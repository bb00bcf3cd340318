// Korean particles depend on whether the word before them ends in a consonant. Texts are written with both
// forms, "{name}을(를)", and this picks one. Latin words are read as Koreans read them letter by letter at the end.
// crates/weir-api/src/texts/josa.rs does the same for terminals.

import { isValidElement, type ReactNode } from "react";

const PAIRS: Record<string, readonly [withFinal: string, without: string]> = {
  "을(를)": ["을", "를"],
  "이(가)": ["이", "가"],
  "은(는)": ["은", "는"],
  "와(과)": ["과", "와"],
  "(으)로": ["으로", "로"],
};
const PATTERN = /을\(를\)|이\(가\)|은\(는\)|와\(과\)|\(으\)로/g;
/** The word that a text ends with; quotes and brackets after it are not read. */
const LAST_WORD = /[\p{L}\p{N}]+(?=[^\p{L}\p{N}\s]*$)/u;
const HANGUL = 0xac00;
const HANGUL_COUNT = 11_172;

/** "none", "rieul" (ㄹ, which takes 로) or "other". */
function finalOf(text: string): "none" | "rieul" | "other" {
  const word = LAST_WORD.exec(text)?.[0] ?? "";
  const code = word.charCodeAt(word.length - 1) - HANGUL;
  if (code >= 0 && code < HANGUL_COUNT) {
    const final = code % 28;
    return final === 0 ? "none" : final === 8 ? "rieul" : "other";
  }
  // "server" ends in a vowel, the letter R and what is spelled with it in ㄹ.
  if (/[178lLR]$/.test(word) || word === "r") return "rieul";
  return /[036mnMN]$|ng$/.test(word) ? "other" : "none";
}

/** Picks the particles of a text; `before` is what stands before it. */
export function withJosa(text: string, before = ""): string {
  return text.replace(PATTERN, (particle, at: number) => {
    const pair = PAIRS[particle];
    if (!pair) return particle;
    const final = finalOf(before + text.slice(0, at));
    const takesFinal = particle === "(으)로" ? final === "other" : final !== "none";
    return takesFinal ? pair[0] : pair[1];
  });
}

/** What of a node can be read. */
export function textOf(node: ReactNode): string {
  if (typeof node === "string" || typeof node === "number") return String(node);
  if (Array.isArray(node)) return node.map(textOf).join("");
  return isValidElement<{ children?: ReactNode }>(node) ? textOf(node.props.children) : "";
}

/** The same where names are elements: a particle looks at the text of the element before it. */
export function withJosaIn(parts: readonly ReactNode[]): ReactNode[] {
  let before = "";
  return parts.map((part) => {
    const read = typeof part === "string" ? withJosa(part, before) : part;
    before += textOf(read);
    return read;
  });
}
