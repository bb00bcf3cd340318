import ButtonDropdown, { type ButtonDropdownProps } from "@cloudscape-design/components/button-dropdown";
import { useState } from "react";
import { useNavigate } from "react-router";
import type { ClusterRow, Permit } from "~/contract/types";
import { AskFirst } from "~/shared/AskFirst";
import { tag, useCommand } from "~/shared/api";
import { DeleteCluster } from "~/shared/DeleteCluster";
import { errorText } from "~/shared/ErrorBox";
import { useFlash } from "~/shared/flash";
import { paths } from "~/shared/paths";
import { startPermit } from "~/shared/state";
import { type Message, type Translate, useT } from "~/shared/text";
import { texts } from "./texts";

function item(t: Translate, id: string, text: Message, permit: Permit): ButtonDropdownProps.Item {
  return { id, text: t(text), ...(permit ? { disabled: true, disabledReason: t.core(permit) } : {}) };
}

function items(t: Translate, cluster: ClusterRow): ButtonDropdownProps.Item[] {
  const remove = cluster.kind === "remote" ? texts.disconnect : texts.delete;
  return [
    item(t, "start", texts.start, startPermit(cluster)),
    item(t, "stop", texts.stop, cluster.permits.stop),
    item(t, "edit", texts.edit, cluster.permits.edit),
    item(t, "delete", remove, cluster.permits.delete),
  ];
}

/** Start, stop, edit, delete of the chosen cluster; each says why it is off. */
export function ClusterActions(props: { cluster: ClusterRow | undefined }) {
  const t = useT();
  const navigate = useNavigate();
  const { track, flash } = useFlash();
  const [deleting, setDeleting] = useState(false);
  const [stopping, setStopping] = useState(false);
  const start = useCommand("clusters.start", [tag.clusters]);
  const { cluster } = props;

  const runStart = async () => {
    if (!cluster) return;
    try {
      track((await start.mutateAsync({ cluster: cluster.id })).operation);
    } catch (thrown) {
      flash({ id: `cluster-${cluster.id}`, type: "error", content: errorText(t, thrown) });
    }
  };
  const onClick = (id: string) => {
    if (id === "start") void runStart();
    if (id === "edit" && cluster) navigate(paths.editConnection(cluster.id));
    if (id === "stop") setStopping(true);
    if (id === "delete") setDeleting(true);
  };
  return (
    <span>
      <ButtonDropdown
        items={cluster ? items(t, cluster) : []}
        disabled={!cluster}
        disabledReason={t(texts.chooseFirst)}
        loading={start.isPending}
        onItemClick={({ detail }) => onClick(detail.id)}
      >
        {t(texts.actions)}
      </ButtonDropdown>
      {stopping && cluster ? (
        <AskFirst command="clusters.stop" cluster={cluster.id} onDone={() => setStopping(false)} />
      ) : null}
      {deleting && cluster ? <DeleteCluster cluster={cluster} onDone={() => setDeleting(false)} /> : null}
    </span>
  );
}
