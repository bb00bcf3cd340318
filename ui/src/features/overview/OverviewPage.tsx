import Button from "@cloudscape-design/components/button";
import ContentLayout from "@cloudscape-design/components/content-layout";
import Grid from "@cloudscape-design/components/grid";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useParams } from "react-router";
import type { ClusterDetail } from "~/contract/types";
import { useAddress } from "~/shared/address";
import { shortAddresses } from "~/shared/addresses";
import { tag, useCall } from "~/shared/api";
import { Copyable } from "~/shared/Copyable";
import { DeleteCluster } from "~/shared/DeleteCluster";
import { InfoLink } from "~/shared/help";
import { PageFailure } from "~/shared/PageFailure";
import { paths } from "~/shared/paths";
import { ReadOnlyMark } from "~/shared/ReadOnlyMark";
import { ClusterHealth, ClusterStateIndicator, noBrokerRuns } from "~/shared/state";
import { useT } from "~/shared/text";
import { Updated } from "~/shared/time";
import { ActivityPanel } from "./ActivityPanel";
import { ClientInformation } from "./ClientInformation";
import { Counts } from "./Counts";
import { Details } from "./Details";
import { HealthLine } from "./HealthLine";
import { FirstMessage, NotRunning } from "./NotYet";
import { OverviewActions } from "./OverviewActions";
import { Throughput } from "./Throughput";
import { TopLag } from "./TopLag";
import { texts } from "./texts";
import { Unreachable } from "./Unreachable";
import { useLags } from "./useLags";

/** States in which the data of a cluster can be reached. */
const SERVING = [
  "ACTIVE",
  "UPDATING",
  "HEALING",
  "MAINTENANCE",
  "REBOOTING_BROKER",
  "CONNECTED",
  "PARTLY_REACHABLE",
];

/** Twice what is usual of a connected cluster. */
const REMOTE_STALE_MS = 120_000;

function Subtitle({ cluster }: { cluster: ClusterDetail }) {
  const t = useT();
  const { at } = useLags(cluster);
  return (
    <span className="weir-dots">
      {cluster.bootstrap === "" ? null : (
        <span>
          <Copyable
            text={cluster.bootstrap}
            shown={shortAddresses(t, cluster.bootstrap)}
            what={t(texts.bootstrap)}
          />
        </span>
      )}
      <span>{cluster.engine}</span>
      {cluster.version && !cluster.engine.includes(cluster.version) ? (
        <span>Kafka {cluster.version}</span>
      ) : null}
      {cluster.brokers_total === null ? null : (
        <span>{t(texts.brokersIn, { n: cluster.brokers_total })}</span>
      )}
      {at === undefined ? null : (
        <span>
          <Updated at={at} staleMs={REMOTE_STALE_MS} />
        </span>
      )}
    </span>
  );
}

/** Of a cluster whose files cannot be read no address is known. */
function ClientButton({ cluster, onClick }: { cluster: ClusterDetail | undefined; onClick: () => void }) {
  const t = useT();
  const nowhere = cluster?.bootstrap === "";
  return (
    <Button
      disabled={!cluster || nowhere}
      {...(nowhere ? { disabledReason: t(texts.noAddress) } : {})}
      onClick={onClick}
    >
      {t(texts.clientInfo)}
    </Button>
  );
}

function Body({ cluster: asked, onDelete }: { cluster: ClusterDetail; onDelete: () => void }) {
  const { cluster } = useLags(asked);
  if (cluster.state === "UNREACHABLE") return <Unreachable cluster={cluster} onRemove={onDelete} />;
  if (!SERVING.includes(cluster.state)) return <NotRunning cluster={cluster} />;
  return (
    <SpaceBetween size="l">
      <HealthLine cluster={cluster} />
      <Counts cluster={cluster} />
      {cluster.topics === 0 && !noBrokerRuns(cluster) ? <FirstMessage cluster={cluster} /> : <span hidden />}
      {cluster.topics === 0 && cluster.throughput.length < 2 ? (
        <span hidden />
      ) : (
        <Throughput cluster={cluster} />
      )}
      <Grid gridDefinition={[{ colspan: { default: 12, m: 7 } }, { colspan: { default: 12, m: 5 } }]}>
        <TopLag cluster={cluster} />
        <ActivityPanel cluster={cluster} />
      </Grid>
      <Details cluster={cluster} />
    </SpaceBetween>
  );
}

export default function OverviewPage() {
  const t = useT();
  const { cluster: id = "" } = useParams();
  const { params, patch } = useAddress();
  const detail = useCall("clusters.get", { cluster: id }, { tags: [tag.cluster(id)] });
  const cluster = detail.data;
  if (detail.error && !cluster)
    return (
      <PageFailure
        title={id}
        error={detail.error}
        onRetry={() => void detail.refetch()}
        back={{ href: paths.clusters, text: t(texts.allClusters) }}
      />
    );
  const askDelete = (open: boolean) => patch({ delete: open ? "1" : null });
  const showClient = (open: boolean) => patch({ client: open ? "1" : null });
  return (
    <ContentLayout
      header={
        <Header
          variant="h1"
          info={
            <span className="weir-title-info">
              {cluster ? (
                <ClusterStateIndicator cluster={cluster} brief={cluster.state === "FAILED"} />
              ) : null}
              {cluster ? <ClusterHealth cluster={cluster} /> : null}
              <ReadOnlyMark cluster={id} />
              <InfoLink />
            </span>
          }
          description={cluster ? <Subtitle cluster={cluster} /> : "…"}
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              <ClientButton cluster={cluster} onClick={() => showClient(true)} />
              {cluster ? (
                <OverviewActions cluster={cluster} onDelete={() => askDelete(true)} />
              ) : (
                <span hidden />
              )}
            </SpaceBetween>
          }
        >
          {cluster?.name ?? id}
        </Header>
      }
    >
      {cluster ? <Body cluster={cluster} onDelete={() => askDelete(true)} /> : null}
      {params.has("client") ? <ClientInformation cluster={id} onDismiss={() => showClient(false)} /> : null}
      {cluster && params.has("delete") && cluster.permits.delete === null ? (
        <DeleteCluster cluster={cluster} onDone={() => askDelete(false)} />
      ) : null}
    </ContentLayout>
  );
}
