import Alert from "@cloudscape-design/components/alert";
import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import { useState } from "react";
import { useNavigate, useParams } from "react-router";
import type { ClusterDetail } from "~/contract/types";
import { tag, useCall, useCommand } from "~/shared/api";
import { Confirm } from "~/shared/Confirm";
import { apiErrorOf } from "~/shared/ErrorBox";
import { useFlash } from "~/shared/flash";
import { PageFailure } from "~/shared/PageFailure";
import { paths } from "~/shared/paths";
import { useT } from "~/shared/text";
import { ConnectionForm, type Saving } from "./ConnectionForm";
import { texts } from "./texts";

/** The answer that another cluster is at the new address: a question, not a failure. */
function asksForOther(error: unknown): boolean {
  return apiErrorOf(error)?.field === "other_cluster";
}

export default function EditConnectionPage() {
  const t = useT();
  const { cluster: id = "" } = useParams();
  const detail = useCall("clusters.get", { cluster: id }, { tags: [tag.cluster(id)] });
  if (detail.error && !detail.data)
    return (
      <PageFailure
        title={t(texts.editTitle)}
        error={detail.error}
        onRetry={() => void detail.refetch()}
        back={{ href: paths.clusters, text: t(texts.toClusters) }}
      />
    );
  if (!detail.data) return null;
  const why = detail.data.permits.edit;
  if (!why) return <Edit cluster={detail.data} />;
  return (
    <ContentLayout header={<Header variant="h1">{t(texts.editTitle)}</Header>}>
      <Alert type="info">{t.core(why)}</Alert>
    </ContentLayout>
  );
}

function Edit({ cluster }: { cluster: ClusterDetail }) {
  const t = useT();
  const navigate = useNavigate();
  const { flash } = useFlash();
  const { id } = cluster;
  const touched = [tag.clusters, tag.cluster(id), tag.topics(id), tag.groups(id), tag.brokers(id)];
  const edit = useCommand("clusters.edit", touched);
  const [asked, setAsked] = useState<Saving | null>(null);
  const [initial] = useState(() => ({
    name: cluster.name,
    bootstrap: cluster.bootstrap,
    read_only: cluster.read_only,
    production: cluster.production,
  }));
  const send = async (saving: Saving, other: boolean) => {
    await edit.mutateAsync({ cluster: id, ...saving.draft, other_cluster: other });
    saving.allow();
    flash({
      id: `edit-${id}`,
      type: "success",
      content: t(texts.edited, { name: saving.draft.name }),
    });
    navigate(paths.cluster(id));
  };
  const save = async (saving: Saving) => {
    try {
      await send(saving, false);
    } catch (thrown) {
      if (!asksForOther(thrown)) throw thrown;
      setAsked(saving);
    }
  };
  const question = asksForOther(edit.error);
  const api = apiErrorOf(edit.error);
  const said = question && api ? t.core(api.text) : null;
  return (
    <>
      <ConnectionForm
        title={t(texts.editTitle)}
        description={t(texts.editDescription)}
        submit={t(texts.save)}
        back={paths.cluster(id)}
        initial={initial}
        cluster={id}
        pending={edit.isPending}
        error={question || asked ? null : edit.error}
        save={save}
      />
      {asked ? (
        <Confirm
          title={t(texts.otherTitle)}
          warning={said}
          action={t(texts.otherAction)}
          pending={edit.isPending}
          error={question ? null : edit.error}
          onConfirm={() => void send(asked, true).catch(() => {})}
          onDismiss={() => setAsked(null)}
        >
          {t(texts.otherBody)}
        </Confirm>
      ) : null}
    </>
  );
}
