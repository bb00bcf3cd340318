import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { Navigate, useLocation, useNavigate } from "react-router";
import { tag, useCall } from "~/shared/api";
import { NameLink } from "~/shared/NameLink";
import { PageFailure } from "~/shared/PageFailure";
import { paths } from "~/shared/paths";
import { useT } from "~/shared/text";
import { lastCluster } from "./lastCluster";
import { texts } from "./texts";

/** An address such as /topics/orders, written from memory: of the cluster that was open last, else of the one chosen here. */
export function WithoutCluster() {
  const t = useT();
  const navigate = useNavigate();
  const { pathname, search } = useLocation();
  const clusters = useCall("clusters.list", {}, { tags: [tag.clusters] });
  const rows = clusters.data?.rows;
  const within = (id: string) => `${paths.cluster(id)}${pathname}${search}`;
  if (clusters.error && !rows)
    return (
      <PageFailure
        title={pathname}
        error={clusters.error}
        onRetry={() => void clusters.refetch()}
        back={{ href: paths.clusters, text: t(texts.toClusters) }}
      />
    );
  if (!rows) return null;
  const last = lastCluster();
  const meant = rows.find((row) => row.id === last) ?? (rows.length === 1 ? rows[0] : undefined);
  if (meant) return <Navigate to={within(meant.id)} replace />;
  return (
    <Box textAlign="center" margin={{ top: "xxxl" }}>
      <SpaceBetween size="m">
        <Box variant="h1">{t(texts.whichCluster)}</Box>
        <Box color="text-body-secondary">{t(texts.whichClusterBody, { path: pathname })}</Box>
        {rows.length === 0 ? (
          <Button variant="primary" onClick={() => navigate(paths.clusters)}>
            {t(texts.toClusters)}
          </Button>
        ) : (
          <SpaceBetween size="xs">
            {rows.map((row) => (
              <NameLink key={row.id} href={within(row.id)}>
                {row.name}
              </NameLink>
            ))}
          </SpaceBetween>
        )}
      </SpaceBetween>
    </Box>
  );
}
