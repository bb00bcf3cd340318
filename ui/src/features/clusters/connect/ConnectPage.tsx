import { useNavigate } from "react-router";
import { tag, useCommand } from "~/shared/api";
import { useFlash } from "~/shared/flash";
import { paths } from "~/shared/paths";
import { useT } from "~/shared/text";
import { ConnectionForm, type Draft, type Saving } from "./ConnectionForm";
import { texts } from "./texts";

const EMPTY: Draft = { name: "", bootstrap: "", read_only: false, production: false };

export default function ConnectPage() {
  const t = useT();
  const navigate = useNavigate();
  const { flash } = useFlash();
  const connect = useCommand("clusters.connect", [tag.clusters]);
  const save = async ({ draft, allow }: Saving) => {
    const made = await connect.mutateAsync(draft);
    allow();
    flash({
      id: `connect-${made.cluster}`,
      type: "success",
      content: t(texts.saved, { name: draft.name }),
    });
    navigate(paths.cluster(made.cluster));
  };
  return (
    <ConnectionForm
      title={t(texts.title)}
      description={t(texts.description)}
      submit={t(texts.submit)}
      back={paths.clusters}
      initial={EMPTY}
      cluster={null}
      pending={connect.isPending}
      error={connect.error}
      save={save}
    />
  );
}
