import StatusIndicator from "@cloudscape-design/components/status-indicator";
import type { ApiError } from "~/contract/types";
import { defineTexts, useT } from "./text";

const texts = defineTexts({
  more: { en: "and {n} more", ko: "외 {n}개" },
});
/** Names in a dialog; of more, the first. */
const LISTED_MAX = 12;

interface OutcomesProps {
  names: string[];
  /** What could not be done, and why. */
  failed: readonly { name: string; error: ApiError }[];
}

/** What a change is about, by name where it is several things, and which of them it did not change. */
export function Outcomes({ names, failed }: OutcomesProps) {
  const t = useT();
  return (
    <div>
      {names.length > 1 ? (
        <ul className="weir-names">
          {names.slice(0, LISTED_MAX).map((name) => (
            <li key={name}>
              <b>{name}</b>
            </li>
          ))}
          {names.length > LISTED_MAX ? <li>{t(texts.more, { n: names.length - LISTED_MAX })}</li> : null}
        </ul>
      ) : null}
      {failed.map(({ name, error }) => (
        <div key={name}>
          <StatusIndicator type="error">
            {name}: {t.core(error.text)}
          </StatusIndicator>
        </div>
      ))}
    </div>
  );
}
