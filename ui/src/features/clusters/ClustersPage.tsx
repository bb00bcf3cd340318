import { tag, useCall } from "~/shared/api";
import { ClustersTable } from "./ClustersTable";
import { EmptyClusters } from "./EmptyClusters";

export default function ClustersPage() {
  const clusters = useCall("clusters.list", {}, { tags: [tag.clusters] });
  if (clusters.data?.rows.length === 0) return <EmptyClusters />;
  return (
    <ClustersTable
      rows={clusters.data?.rows}
      error={clusters.data ? null : clusters.error}
      updatedAt={clusters.dataUpdatedAt}
      refreshing={clusters.isFetching}
      onRefresh={() => void clusters.refetch()}
    />
  );
}
