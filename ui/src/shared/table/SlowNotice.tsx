import { useState } from "react";
import { useParams } from "react-router";
import type { Text } from "~/contract/types";
import { tag, useCall } from "../api";
import { useT } from "../text";
import { ago, useNow } from "../time";
import { SLOW_MS } from "../useSlow";
import { texts } from "./texts";

/** The brokers that left their last question unanswered, as a cluster's warnings name them. */
export function silentBrokers(warnings: Text[]): string[] {
  return warnings.filter(({ id }) => id === "warning.broker_silent").map(({ args }) => String(args.broker));
}

interface SlowNoticeProps {
  /** Gives the question up and asks anew. */
  onRetry?: (() => void) | undefined;
}

/** In place of rows that have not come for seconds: who is waited for, since when, and the way to ask anew. */
export function SlowNotice({ onRetry }: SlowNoticeProps) {
  const t = useT();
  useNow(); // counts on
  // Shown only once it has taken that long.
  const [since, setSince] = useState(() => Date.now() - SLOW_MS);
  const again = () => {
    setSince(Date.now());
    onRetry?.();
  };
  return (
    <span className="weir-dots">
      <span>
        <Awaited />
      </span>
      <span>{t(texts.slowSince, { ago: ago(t, since, Date.now()) })}</span>
      {onRetry ? (
        <span>
          <button type="button" className="weir-textbutton" onClick={again}>
            {t(texts.askAgain)}
          </button>
        </span>
      ) : null}
    </span>
  );
}

/** Who is waited for, as far as anybody knows. */
function Awaited() {
  const t = useT();
  const { cluster = "" } = useParams();
  const call = { tags: [tag.cluster(cluster)], enabled: cluster !== "" };
  const detail = useCall("clusters.get", { cluster }, call).data;
  if (!detail) return t(texts.slow);
  const silent = silentBrokers(detail.warnings);
  if (silent.length === 0) return t(texts.slowCluster, { name: detail.name, address: detail.bootstrap });
  return t(texts.slowBrokers, { n: silent.length, brokers: silent.join(", ") });
}
