import { defineFeature } from "~/shared/feature";
import { paths } from "~/shared/paths";
import { overviewHelp } from "./help";
import { texts } from "./texts";

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
  ],
});
