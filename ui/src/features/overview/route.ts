import { type Action, defineFeature } from "~/shared/feature";
import { paths } from "~/shared/paths";
import type { Message } from "~/shared/text";
import type { ClusterCommand } from "~/shared/useClusterCommand";
import { overviewHelp } from "./help";
import { texts } from "./texts";

/** What is done to the open cluster at once. */
function clusterCommand(
  id: string,
  text: Message,
  run: ClusterCommand,
  permit: "start" | "stop" | "sample_start" | "sample_remove",
  keywords: string,
): Action {
  return {
    id,
    text,
    keywords,
    needs: ["cluster"],
    href: ({ cluster }) => paths.cluster(cluster ?? ""),
    run,
    permit: ({ permits }) => permits[permit],
  };
}

export default defineFeature({
  area: "overview",
  pages: [
    {
      path: "/c/:cluster",
      title: ":cluster",
      parents: ["/clusters"],
      contentType: "default",
      load: () => import("./OverviewPage"),
      help: overviewHelp,
    },
  ],
  nav: [{ scope: "cluster", text: texts.title, path: "/c/:cluster", order: 10 }],
  actions: [
    {
      id: "overview",
      text: texts.title,
      keywords: "health throughput cluster 상태 처리량",
      needs: ["cluster"],
      href: ({ cluster }) => paths.cluster(cluster ?? ""),
    },
    {
      id: "client-info",
      text: texts.clientInfo,
      keywords: "bootstrap java python go node rust .net kcat container spring 연결",
      needs: ["cluster"],
      href: ({ cluster }) => `${paths.cluster(cluster ?? "")}?client=1`,
    },
    clusterCommand("start-cluster", texts.start, "clusters.start", "start", "run up 실행"),
    clusterCommand("stop-cluster", texts.stop, "clusters.stop", "stop", "end down 종료"),
    clusterCommand(
      "start-sample",
      texts.sampleStart,
      "clusters.sample_start",
      "sample_start",
      "shop demo 데모",
    ),
    clusterCommand(
      "remove-sample",
      texts.sampleRemove,
      "clusters.sample_remove",
      "sample_remove",
      "shop demo 데모",
    ),
    {
      id: "delete-cluster",
      text: texts.delete,
      keywords: "remove connection 연결 제거",
      needs: ["cluster"],
      href: ({ cluster }) => `${paths.cluster(cluster ?? "")}?delete=1`,
      permit: ({ permits }) => permits.delete,
    },
  ],
});
