import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ClusterDetail } from "~/contract/types";
import { tag, useCall } from "~/shared/api";
import { ErrorBox } from "~/shared/ErrorBox";
import { useT } from "~/shared/text";
import { ActivityPanel } from "./ActivityPanel";
import { texts } from "./texts";

interface UnreachableProps {
  cluster: ClusterDetail;
  onRemove: () => void;
}

/** A connected cluster that does not answer: what failed, what to do about it, and the way out. */
export function Unreachable({ cluster, onRemove }: UnreachableProps) {
  const t = useT();
  const brokers = useCall("brokers.list", { cluster: cluster.id }, { tags: [tag.brokers(cluster.id)] });
  return (
    <SpaceBetween size="l">
      {brokers.error ? (
        <ErrorBox
          error={brokers.error}
          onRetry={() => void brokers.refetch()}
          actions={<Button onClick={onRemove}>{t(texts.disconnect)}</Button>}
        />
      ) : (
        <span hidden />
      )}
      <ActivityPanel cluster={cluster} />
    </SpaceBetween>
  );
}
