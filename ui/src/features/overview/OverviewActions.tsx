import ButtonDropdown, { type ButtonDropdownProps } from "@cloudscape-design/components/button-dropdown";
import { useState } from "react";
import { useNavigate } from "react-router";
import type { ClusterDetail, Permit } from "~/contract/types";
import { type AskedCommand, AskFirst } from "~/shared/AskFirst";
import { paths } from "~/shared/paths";
import { startPermit } from "~/shared/state";
import { type Message, useT } from "~/shared/text";
import { useClusterCommand } from "~/shared/useClusterCommand";
import { texts } from "./texts";

export function useStart(id: string) {
  return useClusterCommand("clusters.start", id);
}

export function useSampleStart(id: string) {
  return useClusterCommand("clusters.sample_start", id);
}

interface OverviewActionsProps {
  cluster: ClusterDetail;
  onDelete: () => void;
}

/** Everything that can be done to the cluster itself; what cannot be now says why. */
export function OverviewActions({ cluster, onDelete }: OverviewActionsProps) {
  const t = useT();
  const navigate = useNavigate();
  const [asking, setAsking] = useState<AskedCommand | null>(null);
  const start = useStart(cluster.id);
  const sampleStart = useSampleStart(cluster.id);
  const item = (
    id: "start" | "stop" | "sample_start" | "sample_remove" | "edit" | "delete",
    text: Message,
    permit: Permit,
  ): ButtonDropdownProps.Item => ({
    id,
    text: t(text),
    ...(permit ? { disabled: true, disabledReason: t.core(permit) } : {}),
  });
  const remove = cluster.kind === "remote" ? texts.disconnect : texts.delete;
  const onClick = (id: string) => {
    if (id === "delete") onDelete();
    else if (id === "edit") navigate(paths.editConnection(cluster.id));
    else if (id === "start") start.run();
    else if (id === "sample_start") sampleStart.run();
    else setAsking(id === "stop" ? "clusters.stop" : "clusters.sample_remove");
  };
  return (
    <span>
      <ButtonDropdown
        loading={start.pending || sampleStart.pending}
        items={[
          item("start", texts.start, startPermit(cluster)),
          item("stop", texts.stop, cluster.permits.stop),
          item("sample_start", texts.sampleStart, cluster.permits.sample_start),
          item("sample_remove", texts.sampleRemove, cluster.permits.sample_remove),
          item("edit", texts.edit, cluster.permits.edit),
          item("delete", remove, cluster.permits.delete),
        ]}
        onItemClick={({ detail }) => onClick(detail.id)}
      >
        {t(texts.actions)}
      </ButtonDropdown>
      {asking ? <AskFirst command={asking} cluster={cluster.id} onDone={() => setAsking(null)} /> : null}
    </span>
  );
}
