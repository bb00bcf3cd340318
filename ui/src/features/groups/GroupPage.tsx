import ButtonDropdown, { type ButtonDropdownProps } from "@cloudscape-design/components/button-dropdown";
import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useNavigate, useParams } from "react-router";
import type { GroupDetail, Permit } from "~/contract/types";
import { useAddress } from "~/shared/address";
import { tag, useCall } from "~/shared/api";
import { Dialog } from "~/shared/Dialog";
import { InfoLink } from "~/shared/help";
import { PageFailure } from "~/shared/PageFailure";
import { paths } from "~/shared/paths";
import { GroupStateIndicator } from "~/shared/state";
import { type Message, type Translate, useT } from "~/shared/text";
import { Warnings } from "~/shared/Warnings";
import { DeleteGroups } from "./DeleteGroups";
import { LagPanels } from "./LagPanels";
import { LagTable } from "./LagTable";
import { MembersTable } from "./MembersTable";
import { DeleteOffsets } from "./offsets/DeleteOffsets";
import { PutBack } from "./offsets/PutBack";
import { ResetOffsets } from "./offsets/ResetOffsets";
import { texts as offsets } from "./offsets/texts";
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

type Asking = "reset" | "offsets" | "delete";
const TITLE = { reset: offsets.reset, offsets: offsets.deleteOffsets, delete: texts.delete };
const ASKING = ["reset", "offsets", "delete"] as const;

function permitOf({ permits }: GroupDetail, what: Asking): Permit {
  return { reset: permits.reset_offsets, offsets: permits.delete_offsets, delete: permits.delete }[what];
}

interface GroupActionsProps {
  group: GroupDetail;
  onAsk: (what: Asking) => void;
}

function GroupActions({ group, onAsk }: GroupActionsProps) {
  const t = useT();
  const item = (id: Asking, text: Message, permit: Permit): ButtonDropdownProps.Item => ({
    id,
    text: t(text),
    ...(permit ? { disabled: true, disabledReason: t.core(permit) } : {}),
  });
  return (
    <ButtonDropdown
      items={[
        item("reset", offsets.reset, permitOf(group, "reset")),
        item("offsets", offsets.deleteOffsets, permitOf(group, "offsets")),
        item("delete", texts.delete, permitOf(group, "delete")),
      ]}
      onItemClick={({ detail }) => onAsk(detail.id as Asking)}
    >
      {t(texts.actions)}
    </ButtonDropdown>
  );
}

interface DialogsProps {
  cluster: string;
  group: GroupDetail;
  asking: Asking | null;
  production: boolean;
  /** The reset that is to be taken back. */
  back: string | null;
  onDone: () => void;
}

function Dialogs({ cluster, group, asking, production, back, onDone }: DialogsProps) {
  const t = useT();
  const navigate = useNavigate();
  if (back)
    return (
      <PutBack cluster={cluster} group={group} operation={back} production={production} onDone={onDone} />
    );
  if (!asking) return null;
  // Taking back says itself why not.
  const refused = permitOf(group, asking);
  if (refused !== null)
    return (
      <Dialog
        title={t(TITLE[asking])}
        action={t(texts.understood)}
        cancel={null}
        onSubmit={onDone}
        onDismiss={onDone}
      >
        {t.core(refused)}
      </Dialog>
    );
  if (asking === "reset")
    return <ResetOffsets cluster={cluster} group={group} production={production} onDone={onDone} />;
  if (asking === "offsets")
    return <DeleteOffsets cluster={cluster} group={group} production={production} onDone={onDone} />;
  return (
    <DeleteGroups
      cluster={cluster}
      groups={[group.name]}
      production={production}
      onDismiss={onDone}
      onDone={() => navigate(paths.groups(cluster))}
    />
  );
}

export default function GroupPage() {
  const t = useT();
  const { cluster = "", group: name = "" } = useParams();
  // The list and the palette ask by the address.
  const { params, patch } = useAddress();
  const asked = ASKING.find((each) => params.has(each)) ?? null;
  const back = params.get("back");
  const done = () => patch({ reset: null, offsets: null, delete: null, back: null });
  const detail = useCall("groups.get", { cluster, group: name }, { tags: [tag.group(cluster, name)] });
  const group = detail.data;
  const owner = useCall("clusters.get", { cluster }, { tags: [tag.cluster(cluster)] }).data;
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
            group ? <GroupActions group={group} onAsk={(what) => patch({ [what]: "1" })} /> : undefined
          }
        >
          {name}
        </Header>
      }
    >
      {group ? (
        <SpaceBetween size="l">
          <Warnings warnings={group.warnings} />
          <LagPanels group={group} sparse={owner?.kind === "remote"} />
          <LagTable cluster={cluster} group={group} />
          <MembersTable group={group} />
        </SpaceBetween>
      ) : null}
      {group && (asked || back) ? (
        <Dialogs
          cluster={cluster}
          group={group}
          asking={asked}
          production={owner?.production ?? false}
          back={back}
          onDone={done}
        />
      ) : null}
    </ContentLayout>
  );
}
