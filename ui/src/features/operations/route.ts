import { defineFeature } from "~/shared/feature";
import { paths } from "~/shared/paths";
import { operationsHelp } from "./help";
import { texts } from "./texts";

export default defineFeature({
  area: "operations",
  pages: [
    {
      path: "/c/:cluster/operations",
      title: texts.title,
      parents: ["/clusters", "/c/:cluster"],
      contentType: "table",
      load: () => import("./OperationsPage"),
      help: operationsHelp,
    },
  ],
  nav: [{ scope: "cluster", text: texts.title, path: "/c/:cluster/operations", order: 60 }],
  actions: [
    {
      id: "operations",
      text: texts.title,
      keywords: "activity history audit healing 활동 기록",
      needs: ["cluster"],
      href: ({ cluster }) => paths.operations(cluster ?? ""),
      keys: "g o",
    },
  ],
});
