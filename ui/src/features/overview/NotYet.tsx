import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useNavigate } from "react-router";
import type { ClusterDetail } from "~/contract/types";
import { ActionButton } from "~/shared/ActionButton";
import { OperationCard } from "~/shared/OperationCard";
import { paths } from "~/shared/paths";
import { useT } from "~/shared/text";
import { Details } from "./Details";
import { useSampleStart, useStart } from "./OverviewActions";
import { texts } from "./texts";

/** Creating, stopped, failed: what is going on, with live steps and the one thing to do. */
export function NotRunning({ cluster }: { cluster: ClusterDetail }) {
  const t = useT();
  const start = useStart(cluster.id);
  const active = cluster.active_operations.length > 0 ? cluster.active_operations : null;
  const shown = active ?? (cluster.last_operation ? [cluster.last_operation] : []);
  return (
    <SpaceBetween size="l">
      <Container
        header={
          <Header
            variant="h2"
            description={cluster.state === "STOPPED" ? t(texts.stoppedHint) : undefined}
            actions={
              cluster.state === "STOPPED" || cluster.state === "FAILED" ? (
                <Button variant="primary" loading={start.pending} onClick={start.run}>
                  {t(texts.start)}
                </Button>
              ) : undefined
            }
          >
            {t(
              cluster.state === "CREATING"
                ? texts.creating
                : cluster.state === "STOPPED"
                  ? texts.stoppedTitle
                  : cluster.state === "FAILED"
                    ? texts.failedTitle
                    : texts.activity,
            )}
          </Header>
        }
      >
        <SpaceBetween size="s">
          {shown.map((operation) => (
            <OperationCard key={operation.id} operation={operation} />
          ))}
        </SpaceBetween>
      </Container>
      <Details cluster={cluster} />
    </SpaceBetween>
  );
}

/** A running cluster without topics: the first thing to do with it. */
export function FirstMessage({ cluster }: { cluster: ClusterDetail }) {
  const t = useT();
  const sample = useSampleStart(cluster.id);
  const navigate = useNavigate();
  const { create_topic, sample_start } = cluster.permits;
  // Nothing to invite to: only why.
  if (create_topic !== null && sample_start !== null)
    return (
      <Container>
        <Box textAlign="center" padding={{ vertical: "s" }}>
          <Box variant="h3">{t(texts.noTopicsYet)}</Box>
          <Box color="text-body-secondary">{t.core(create_topic)}</Box>
        </Box>
      </Container>
    );
  return (
    <Container>
      <Box textAlign="center" padding={{ vertical: "s" }}>
        <SpaceBetween size="s">
          <div>
            <Box variant="h3">{t(texts.noTopics)}</Box>
            <Box color="text-body-secondary">{t(texts.noTopicsHint)}</Box>
          </div>
          <div className="weir-first">
            <SpaceBetween direction="horizontal" size="xs">
              <ActionButton
                variant="primary"
                permit={create_topic}
                onClick={() => navigate(paths.createTopic(cluster.id))}
              >
                {t(texts.createTopic)}
              </ActionButton>
              <ActionButton permit={sample_start} loading={sample.pending} onClick={sample.run}>
                {t(texts.sampleStart)}
              </ActionButton>
            </SpaceBetween>
          </div>
        </SpaceBetween>
      </Box>
    </Container>
  );
}
