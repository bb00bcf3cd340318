import type { I64, Text } from "~/contract/types";
import { count, NONE } from "./format";
import { useT } from "./text";

interface LagCellProps {
  lag: I64 | null;
  /** Why it is not known. */
  reason: Text | null;
  /** The largest of the column: what a full bar means. */
  largest: number;
}

/** A lag as a figure and a bar, so that the one that matters is seen before it is read. */
export function LagCell({ lag, reason, largest }: LagCellProps) {
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
          data-high={share > 0.5 && Number(lag) > 0}
          style={{ inlineSize: lag === "0" ? 0 : `max(2px, ${share * 100}%)` }}
        />
      </span>
    </span>
  );
}
