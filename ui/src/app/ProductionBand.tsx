import { tag, useCall } from "~/shared/api";
import { useT } from "~/shared/text";
import { texts } from "./texts";

/** A thin band over everything while a production cluster is open. */
export function ProductionBand(props: { cluster: string | undefined }) {
  const t = useT();
  const id = props.cluster ?? "";
  const detail = useCall("clusters.get", { cluster: id }, { tags: [tag.cluster(id)], enabled: id !== "" });
  if (!props.cluster || !detail.data?.production) return null;
  return (
    <div className="weir-production" role="note">
      {t(texts.productionBand, { name: detail.data.name })}
    </div>
  );
}
