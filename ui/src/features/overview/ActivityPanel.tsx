import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ClusterDetail } from "~/contract/types";
import { tag, useCall } from "~/shared/api";
import { OperationCard } from "~/shared/OperationCard";
import { paths } from "~/shared/paths";
import { useT } from "~/shared/text";
import { texts } from "./texts";
import { ViewAll } from "./ViewAll";

const SHOWN = 5;

export function ActivityPanel({ cluster }: { cluster: ClusterDetail }) {
  const t = useT();
  const list = useCall(
    "operations.list",
    { cluster: cluster.id, query: "", page: 1, page_size: SHOWN },
    { tags: [tag.operations(cluster.id)] },
  );
  const rows = list.data?.rows ?? [];
  return (
    <Container
      fitHeight
      header={
        <Header
          variant="h2"
          actions={<ViewAll href={paths.operations(cluster.id)} what={t(texts.activity)} />}
        >
          {t(texts.activity)}
        </Header>
      }
    >
      {list.data && rows.length === 0 ? (
        <Box color="text-body-secondary">{t(texts.noActivity)}</Box>
      ) : (
        <SpaceBetween size="s">
          {rows.map((row) => (
            <OperationCard key={row.id} operation={row} />
          ))}
        </SpaceBetween>
      )}
    </Container>
  );
}
