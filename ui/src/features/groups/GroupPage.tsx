import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { useNavigate, useParams } from "react-router";
import type { GroupDetail } from "~/contract/types";
import { ActionButton } from "~/shared/ActionButton";
import { tag, useCall, useCommand } from "~/shared/api";
import { Confirm } from "~/shared/Confirm";
import { useFlash } from "~/shared/flash";
import { InfoLink } from "~/shared/help";
import { PageFailure } from "~/shared/PageFailure";
import { paths } from "~/shared/paths";
import { GroupStateIndicator } from "~/shared/state";
import { type Translate, useT } from "~/shared/text";
import { Warnings } from "~/shared/Warnings";
import { LagPanels } from "./LagPanels";
import { LagTable } from "./LagTable";
import { MembersTable } from "./MembersTable";
import { texts } from "./texts";

function subtitle(t: Translate, group: GroupDetail): string {
  return [
    group.type,
    group.assignor ? t(texts.assignor, { name: group.assignor }) : null,
    group.coordinator === null ? null : t(texts.coordinatorOf, { id: group.coordinator }),
    t(texts.membersOn, { members: group.members, topics: group.topics }),
  ]
    .filter(Boolean)
    .join(" · ");
}

interface DeleteGroupProps {
  cluster: string;
  group: string;
  production: boolean;
  bootstrap: string;
  onDismiss: () => void;
}

function DeleteGroup({ cluster, group, production, bootstrap, onDismiss }: DeleteGroupProps) {
  const t = useT();
  const navigate = useNavigate();
  const { track } = useFlash();
  const remove = useCommand("groups.delete", [tag.groups(cluster)]);
  const confirm = () =>
    remove.mutate(
      { cluster, group, confirm: group },
      {
        onSuccess: ({ operation }) => {
          track(operation);
          navigate(paths.groups(cluster));
        },
      },
    );
  return (
    <Confirm
      title={t(texts.deleteTitle)}
      action={t(texts.delete)}
      {...(production ? { word: group } : {})}
      command={`kafka-consumer-groups.sh --bootstrap-server ${bootstrap} --delete --group ${group}`}
      pending={remove.isPending}
      error={remove.error}
      onConfirm={confirm}
      onDismiss={onDismiss}
    >
      {t.rich(texts.deleteBody, { name: group, b: (chunks) => <b>{chunks}</b> })}
    </Confirm>
  );
}

export default function GroupPage() {
  const t = useT();
  const { cluster = "", group: name = "" } = useParams();
  const [deleting, setDeleting] = useState(false);
  const detail = useCall("groups.get", { cluster, group: name }, { tags: [tag.group(cluster, name)] });
  const owner = useCall("clusters.get", { cluster }, { tags: [tag.cluster(cluster)] }).data;
  const group = detail.data;
  if (detail.error && !group)
    return (
      <PageFailure
        title={name}
        error={detail.error}
        onRetry={() => void detail.refetch()}
        back={{ href: paths.groups(cluster), text: t(texts.allGroups) }}
      />
    );
  return (
    <ContentLayout
      header={
        <Header
          variant="h1"
          info={
            <span className="weir-title-info">
              {group ? <GroupStateIndicator state={group.state} /> : null}
              <InfoLink />
            </span>
          }
          description={group ? subtitle(t, group) : "…"}
          actions={
            group ? (
              <ActionButton permit={group.permits.delete} onClick={() => setDeleting(true)}>
                {t(texts.delete)}
              </ActionButton>
            ) : undefined
          }
        >
          {name}
        </Header>
      }
    >
      {group ? (
        <SpaceBetween size="l">
          <Warnings warnings={group.warnings} />
          <LagPanels group={group} />
          <LagTable cluster={cluster} group={group} />
          <MembersTable group={group} />
        </SpaceBetween>
      ) : null}
      {deleting ? (
        <DeleteGroup
          cluster={cluster}
          group={name}
          production={owner?.production ?? false}
          bootstrap={owner?.bootstrap ?? ""}
          onDismiss={() => setDeleting(false)}
        />
      ) : null}
    </ContentLayout>
  );
}
