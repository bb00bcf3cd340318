import { defineFeature } from "~/shared/feature";
import { paths } from "~/shared/paths";
import { texts } from "./texts";

export default defineFeature({
  area: "clusters",
  pages: [
    {
      path: "/clusters",
      title: texts.title,
      parents: [],
      contentType: "table",
      load: () => import("./ClustersPage"),
    },
  ],
  nav: [{ scope: "global", text: texts.title, path: "/clusters", order: 10 }],
  actions: [{ id: "clusters", text: texts.title, needs: [], href: () => paths.clusters, keys: "g c" }],
});
