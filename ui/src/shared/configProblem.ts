import type { ValueProblem } from "./configValue";
import { count } from "./format";
import { defineTexts, type Translate } from "./text";

const texts = defineTexts({
  whole: { en: "Not a whole number.", ko: "정수가 아닙니다." },
  number: { en: "Not a number.", ko: "숫자가 아닙니다." },
  range: { en: "A whole number from {min} to {max}.", ko: "{min}에서 {max} 사이의 정수여야 합니다." },
  between: { en: "A number from {min} to {max}.", ko: "{min}에서 {max} 사이여야 합니다." },
  least: { en: "At least {min}.", ko: "{min} 이상이어야 합니다." },
  pairs: {
    en: "Partition and broker, such as 0:1,1:2; or * for all.",
    ko: "0:1,1:2와 같은 파티션과 브로커, 또는 전체를 뜻하는 *이어야 합니다.",
  },
  choice: { en: "One of {valid}.", ko: "{valid} 중 하나여야 합니다." },
});

/** What is wrong with a configuration's value, in a sentence. */
export function problemText(t: Translate, problem: ValueProblem): string {
  switch (problem.kind) {
    case "choice":
      return t(texts.choice, { valid: problem.valid });
    case "range":
      return t(texts.range, { min: count(problem.min), max: count(problem.max) });
    // As the cluster writes them: they may be no whole numbers.
    case "between":
      return t(texts.between, { min: problem.min, max: problem.max });
    case "least":
      return t(texts.least, { min: problem.min });
    default:
      return t(texts[problem.kind]);
  }
}
