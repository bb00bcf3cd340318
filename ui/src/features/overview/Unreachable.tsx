import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useNavigate } from "react-router";
import type { ClusterDetail } from "~/contract/types";
import { tag, useCall } from "~/shared/api";
import { ErrorBox } from "~/shared/ErrorBox";
import { paths } from "~/shared/paths";
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
  const navigate = useNavigate();
  const brokers = useCall("brokers.list", { cluster: cluster.id }, { tags: [tag.brokers(cluster.id)] });
  return (
    <SpaceBetween size="l">
      {brokers.error ? (
        <ErrorBox
          error={brokers.error}
          onRetry={() => void brokers.refetch()}
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              <Button onClick={() => navigate(paths.editConnection(cluster.id))}>{t(texts.edit)}</Button>
              <Button onClick={onRemove}>{t(texts.disconnect)}</Button>
            </SpaceBetween>
          }
        />
      ) : (
        <span hidden />
      )}
      <ActivityPanel cluster={cluster} />
    </SpaceBetween>
  );
}
