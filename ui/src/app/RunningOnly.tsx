import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import { useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useEffect, useRef } from "react";
import { useParams } from "react-router";
import { invalidate, tag, useCall } from "~/shared/api";
import { apiErrorOf } from "~/shared/ErrorBox";
import type { Page } from "~/shared/feature";
import { PageFailure } from "~/shared/PageFailure";
import { paths } from "~/shared/paths";
import { StoppedNotice } from "~/shared/StoppedNotice";
import { useT } from "~/shared/text";
import { texts } from "./texts";

/** Reasons for which nothing can be looked at until the cluster is started. */
const STOPPED = ["permit.stopped", "permit.failed"];

interface RunningOnlyProps {
  page: Page | undefined;
  children: ReactNode;
}

/** Of a cluster that is stopped: in place of a page about what is in it, the way to start it. */
export function RunningOnly({ page, children }: RunningOnlyProps) {
  const t = useT();
  const client = useQueryClient();
  const params = useParams();
  const { cluster = "" } = params;
  const needs = page?.running === true && cluster !== "";
  const asked = useCall("clusters.get", { cluster }, { tags: [tag.cluster(cluster)], enabled: needs });
  const detail = asked.data;
  const why = needs ? detail?.permits.open?.id : undefined;
  const stopped = why !== undefined && STOPPED.includes(why);
  const before = useRef(stopped);
  useEffect(() => {
    // What was read before it stopped, or could not be read since, is asked anew.
    if (before.current && !stopped) void invalidate(client, ["*"]);
    before.current = stopped;
  }, [stopped, client]);
  // Nothing can be done to a cluster that is not there: no page of it offers to.
  if (needs && !detail && apiErrorOf(asked.error)?.kind === "not_found")
    return (
      <PageFailure
        title={cluster}
        error={asked.error}
        onRetry={() => void asked.refetch()}
        back={{ href: paths.clusters, text: t(texts.toClusters) }}
      />
    );
  if (!stopped || !page) return children;
  const title = typeof page.title === "string" ? (params[page.title.slice(1)] ?? "") : t(page.title);
  return (
    <ContentLayout header={<Header variant="h1">{title}</Header>}>
      <StoppedNotice failed={why === "permit.failed"} />
    </ContentLayout>
  );
}
