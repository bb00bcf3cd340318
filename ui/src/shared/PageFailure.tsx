import Box from "@cloudscape-design/components/box";
import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { apiErrorOf } from "./ErrorBox";
import { NameLink } from "./NameLink";
import { ReadFailure } from "./ReadFailure";
import { defineTexts, useT } from "./text";

const texts = defineTexts({
  gone: {
    en: "It may have been deleted or renamed, or it belongs to another cluster.",
    ko: "삭제되었거나 이름이 바뀌었거나 다른 클러스터에 있을 수 있습니다.",
  },
});

interface PageFailureProps {
  /** What was asked for. */
  title: string;
  error: unknown;
  onRetry: () => void;
  /** Where others of its kind are. */
  back: { href: string; text: string };
}

/** In place of a page whose subject could not be read: what failed, what to do, where to go on. */
export function PageFailure({ title, error, onRetry, back }: PageFailureProps) {
  const t = useT();
  const missing = apiErrorOf(error)?.kind === "not_found";
  return (
    <ContentLayout header={<Header variant="h1">{title}</Header>}>
      <SpaceBetween size="m">
        <ReadFailure error={error} onRetry={onRetry} />
        {missing ? <Box color="text-body-secondary">{t(texts.gone)}</Box> : <span hidden />}
        <NameLink href={back.href}>{back.text}</NameLink>
      </SpaceBetween>
    </ContentLayout>
  );
}
