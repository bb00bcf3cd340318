import type { I64, Text } from "~/contract/types";
import { count, NONE } from "./format";
import { useT } from "./text";

interface LagCellProps {
  lag: I64 | null;
  /** Why it is not known. */
  reason: Text | null;
  /** The largest of the column: what a full bar means. */
  largest: number;
  /** Of the column: a row that holds much of it is marked, an even spread is not. */
  total: number;
}

const MARKED_SHARE = 0.4;
/** Below it a lag is nobody's trouble, whatever its share. */
const MARKED_MIN = 100;

/** A lag as a figure and a bar, so that the one that matters is seen before it is read. */
export function LagCell({ lag, reason, largest, total }: LagCellProps) {
  const t = useT();
  if (lag === null)
    return (
      <span className="weir-soft" title={reason ? t.core(reason) : undefined}>
        {NONE}
        {reason ? <span className="weir-lag-why"> {t.core(reason)}</span> : null}
      </span>
    );
  const share = Number(lag) / Math.max(1, largest);
  return (
    <span className="weir-lag">
      <span className="weir-num">{count(lag)}</span>
      <span className="weir-lag-track" aria-hidden="true">
        <span
          className="weir-lag-bar"
          data-high={Number(lag) >= MARKED_MIN && Number(lag) / Math.max(1, total) > MARKED_SHARE}
          style={{ inlineSize: lag === "0" ? 0 : `max(2px, ${share * 100}%)` }}
        />
      </span>
    </span>
  );
}
