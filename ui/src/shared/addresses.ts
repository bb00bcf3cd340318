import { defineTexts, type Translate } from "./text";

const texts = defineTexts({
  more: { en: "{shown} and {n} more", ko: "{shown} 외 {n}개" },
});
/** A cluster has up to a hundred brokers; so many addresses are read, the others copied. */
const SHOWN_MAX = 3;

/** The first addresses of a bootstrap list, and how many more there are. */
export function shortAddresses(t: Translate, bootstrap: string): string {
  const all = bootstrap.split(",");
  if (all.length <= SHOWN_MAX) return bootstrap;
  return t(texts.more, { shown: all.slice(0, SHOWN_MAX).join(","), n: all.length - SHOWN_MAX });
}
