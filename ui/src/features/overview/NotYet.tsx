import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useNavigate } from "react-router";
import type { ClusterDetail, Operation } from "~/contract/types";
import { ActionButton } from "~/shared/ActionButton";
import { OperationCard } from "~/shared/OperationCard";
import { paths } from "~/shared/paths";
import { startPermit } from "~/shared/state";
import { useT } from "~/shared/text";
import { Details } from "./Details";
import { useSampleStart, useStart } from "./OverviewActions";
import { texts } from "./texts";

/** What was done last; of a cluster that has failed since only what went wrong says something. */
function lastOf({ state, last_operation: last }: ClusterDetail): Operation[] {
  if (!last || (state === "FAILED" && last.state === "done")) return [];
  return [last];
}

/** Creating, stopped, failed: what is going on, with live steps and the one thing to do. */
export function NotRunning({ cluster }: { cluster: ClusterDetail }) {
  const t = useT();
  const start = useStart(cluster.id);
  const active = cluster.active_operations.length > 0 ? cluster.active_operations : null;
  const shown = active ?? lastOf(cluster);
  const failed = cluster.state === "FAILED";
  return (
    <SpaceBetween size="l">
      <Container
        header={
          <Header
            variant="h2"
            description={cluster.state === "STOPPED" ? t(texts.stoppedHint) : undefined}
            actions={
              (cluster.state === "STOPPED" || failed) && startPermit(cluster) === null ? (
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
          {failed && cluster.state_reason ? (
            <StatusIndicator type="error" wrapText>
              {t.core(cluster.state_reason)}
            </StatusIndicator>
          ) : (
            <span hidden />
          )}
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
