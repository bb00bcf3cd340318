// Korean particles depend on whether the word before them ends in a consonant. Texts are written with both
// forms, "{name}을(를)", and this picks one. Latin words are read as Koreans read them letter by letter at the end.

const PAIRS: Record<string, readonly [withFinal: string, without: string]> = {
  "을(를)": ["을", "를"],
  "이(가)": ["이", "가"],
  "은(는)": ["은", "는"],
  "와(과)": ["과", "와"],
  "(으)로": ["으로", "로"],
};
const PATTERN = /(\S)(을\(를\)|이\(가\)|은\(는\)|와\(과\)|\(으\)로)/g;
const DIGITS_WITH_FINAL = "013678";
const LATIN_WITH_FINAL = "lmnrLMNR";

/** "none", "rieul" (ㄹ, which takes 로) or "other". */
function finalOf(char: string): "none" | "rieul" | "other" {
  const code = char.charCodeAt(0) - 0xac00;
  if (code >= 0 && code < 11172) {
    const final = code % 28;
    return final === 0 ? "none" : final === 8 ? "rieul" : "other";
  }
  if ("lrLR178".includes(char)) return "rieul";
  return DIGITS_WITH_FINAL.includes(char) || LATIN_WITH_FINAL.includes(char) ? "other" : "none";
}

export function withJosa(text: string): string {
  return text.replace(PATTERN, (whole, before: string, particle: string) => {
    const pair = PAIRS[particle];
    if (!pair) return whole;
    const final = finalOf(before);
    const takesFinal = particle === "(으)로" ? final === "other" : final !== "none";
    return before + (takesFinal ? pair[0] : pair[1]);
  });
}
