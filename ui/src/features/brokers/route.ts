import { defineFeature } from "~/shared/feature";
import { paths } from "~/shared/paths";
import { brokersHelp } from "./help";
import { texts } from "./texts";

export default defineFeature({
  area: "brokers",
  pages: [
    {
      path: "/c/:cluster/brokers",
      title: texts.title,
      parents: ["/clusters", "/c/:cluster"],
      contentType: "table",
      running: true,
      load: () => import("./BrokersPage"),
      help: brokersHelp,
    },
  ],
  nav: [
    {
      scope: "cluster",
      text: texts.title,
      path: "/c/:cluster/brokers",
      order: 40,
      badge: ({ brokers_online: online, brokers_total: total }) =>
        online !== null && total !== null && online < total
          ? { text: `${online}/${total}`, color: "red" }
          : null,
    },
  ],
  actions: [
    {
      id: "brokers",
      text: texts.title,
      keywords: "stop kill start racks controller log dirs disks 중지 시작 디스크",
      needs: ["cluster"],
      href: ({ cluster }) => paths.brokers(cluster ?? ""),
      keys: "g b",
    },
    {
      id: "add-broker",
      text: texts.add,
      keywords: "new scale 새 확장",
      needs: ["cluster"],
      href: ({ cluster }) => `${paths.brokers(cluster ?? "")}?add=1`,
      permit: ({ permits }) => permits.broker_stop,
    },
  ],
});
