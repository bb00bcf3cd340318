import type { ClusterRow } from "~/contract/types";
import { NONE } from "~/shared/format";
import { useT } from "~/shared/text";
import { Ago } from "~/shared/time";

/** What happened to a cluster last, and when. */
export function LastOperation({ row }: { row: ClusterRow }) {
  const t = useT();
  if (!row.last_operation) return <>{NONE}</>;
  return (
    <span>
      {t.core(row.last_operation.title)},{" "}
      <span className="weir-soft">
        <Ago at={row.last_operation.started_at} />
      </span>
    </span>
  );
}
