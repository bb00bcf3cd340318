import Badge from "@cloudscape-design/components/badge";
import { tag, useCall } from "./api";
import { defineTexts, useT } from "./text";

const texts = defineTexts({
  readOnly: { en: "Read-only", ko: "읽기 전용" },
  why: {
    en: "Weir refuses everything that changes this cluster.",
    ko: "Weir가 이 클러스터를 변경하는 모든 작업을 거부합니다.",
  },
});

/** Beside a page's title: why its buttons are off. */
export function ReadOnlyMark({ cluster }: { cluster: string }) {
  const t = useT();
  const detail = useCall("clusters.get", { cluster }, { tags: [tag.cluster(cluster)] }).data;
  if (!detail?.read_only) return null;
  return (
    <span title={t(texts.why)}>
      <Badge color="grey">{t(texts.readOnly)}</Badge>
    </span>
  );
}
