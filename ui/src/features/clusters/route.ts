import { defineFeature } from "~/shared/feature";
import { paths } from "~/shared/paths";
import { texts as connectTexts } from "./connect/texts";
import { texts as createTexts } from "./create/texts";
import { clustersHelp, connectHelp, createHelp } from "./help";
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
      help: clustersHelp,
    },
    {
      path: "/clusters/create",
      title: createTexts.title,
      parents: ["/clusters"],
      contentType: "form",
      load: () => import("./create/CreateClusterPage"),
      help: createHelp,
    },
    {
      path: "/clusters/connect",
      title: connectTexts.title,
      parents: ["/clusters"],
      contentType: "form",
      load: () => import("./connect/ConnectPage"),
      help: connectHelp,
    },
    {
      path: "/c/:cluster/connection",
      title: connectTexts.editTitle,
      parents: ["/clusters", "/c/:cluster"],
      contentType: "form",
      load: () => import("./connect/EditConnectionPage"),
      help: connectHelp,
    },
  ],
  nav: [{ scope: "global", text: texts.title, path: "/clusters", order: 10 }],
  actions: [
    { id: "clusters", text: texts.title, needs: [], href: () => paths.clusters, keys: "g c" },
    {
      id: "create-cluster",
      text: createTexts.title,
      keywords: "new local kafka 새 로컬",
      needs: [],
      href: () => paths.createCluster,
    },
    {
      id: "connect",
      text: connectTexts.title,
      keywords: "remote bootstrap add 원격 추가",
      needs: [],
      href: () => paths.connect,
    },
    {
      id: "edit-connection",
      text: connectTexts.editTitle,
      keywords: "address bootstrap rename 주소 이름 변경",
      needs: ["cluster"],
      href: ({ cluster }) => paths.editConnection(cluster ?? ""),
      permit: ({ permits }) => permits.edit,
    },
  ],
});
