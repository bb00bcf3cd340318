import Box from "@cloudscape-design/components/box";
import type { OffsetChange } from "~/contract/types";
import { count, offset } from "~/shared/format";
import { useT } from "~/shared/text";
import { texts } from "./texts";

/** Rows in the dialog; of more, the first. */
const SHOWN_MAX = 200;

function sumOf(values: (string | null)[]): string {
  return values.reduce((sum, value) => sum + BigInt(value ?? 0), 0n).toString();
}

function After({ change }: { change: OffsetChange }) {
  const t = useT();
  if (change.error) return <span className="weir-soft">{t(texts.unchanged)}</span>;
  const moves = change.after !== change.before;
  return (
    <span className={moves ? "weir-diff-after" : "weir-soft"}>
      {change.after === null ? t(texts.none) : offset(change.after)}
    </span>
  );
}

function Lags({ change }: { change: OffsetChange }) {
  const before = change.lag_before === null ? "-" : count(change.lag_before);
  if (change.error || change.lag_after === null) return <>{before}</>;
  return (
    <>
      {before} → {count(change.lag_after)}
    </>
  );
}

/** How many partitions change, and what that does to the lag. */
export function Sum({ changes }: { changes: OffsetChange[] }) {
  const t = useT();
  const moved = changes.filter((change) => !change.error);
  return (
    <Box variant="awsui-key-label">
      {t(texts.sum, {
        n: moved.length,
        before: count(sumOf(moved.map((change) => change.lag_before))),
        after: count(sumOf(moved.map((change) => change.lag_after))),
      })}
    </Box>
  );
}

interface ChangesProps {
  changes: OffsetChange[];
  /** Of a share group: where it begins to read, rather than what it committed. */
  starts?: boolean;
}

/** Every offset before and after, with the lag that it leaves. */
export function Changes({ changes, starts }: ChangesProps) {
  const t = useT();
  return (
    <div className="weir-scroll">
      <table className="weir-diff weir-numbers">
        <thead>
          <tr>
            <th scope="col">{t(texts.partition)}</th>
            <th scope="col">{t(starts ? texts.start : texts.before)}</th>
            <th scope="col">{t(texts.after)}</th>
            <th scope="col">{t(texts.lag)}</th>
          </tr>
        </thead>
        <tbody>
          {changes.slice(0, SHOWN_MAX).map((change) => (
            <tr key={`${change.topic}-${change.partition}`}>
              <td>
                {change.topic}-{change.partition}
              </td>
              <td>
                {change.before === null ? (
                  <span className="weir-soft">{t(texts.none)}</span>
                ) : (
                  offset(change.before)
                )}
              </td>
              <td>
                <After change={change} />
                {change.error || change.note ? (
                  <div className="weir-soft">{t.core((change.error?.text ?? change.note) as never)}</div>
                ) : null}
              </td>
              <td>
                <Lags change={change} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {changes.length > SHOWN_MAX ? <div>{t(texts.more, { n: changes.length - SHOWN_MAX })}</div> : null}
    </div>
  );
}
