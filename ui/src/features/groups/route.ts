import { defineFeature } from "~/shared/feature";
import { count } from "~/shared/format";
import { paths } from "~/shared/paths";
import { groupHelp, groupsHelp } from "./help";
import { texts as offsets } from "./offsets/texts";
import { texts } from "./texts";

const LIST = "/c/:cluster/groups";
const parents = ["/clusters", "/c/:cluster"];

export default defineFeature({
  area: "groups",
  pages: [
    {
      path: LIST,
      title: texts.title,
      parents,
      contentType: "table",
      running: true,
      load: () => import("./GroupsPage"),
      help: groupsHelp,
    },
    {
      path: `${LIST}/:group`,
      title: ":group",
      parents: [...parents, LIST],
      contentType: "default",
      running: true,
      load: () => import("./GroupPage"),
      help: groupHelp,
    },
  ],
  nav: [
    {
      scope: "cluster",
      text: texts.title,
      path: LIST,
      order: 30,
      // Of a cluster that is stopped they are what was read last, as its topics are no more told either.
      badge: ({ groups, permits }) =>
        !groups || permits.open ? null : { text: count(groups), color: "grey" },
    },
  ],
  actions: [
    {
      id: "groups",
      text: texts.title,
      keywords: "lag consumers offsets 지연 랙 오프셋",
      needs: ["cluster"],
      href: ({ cluster }) => paths.groups(cluster ?? ""),
      keys: "g g",
    },
    {
      id: "reset-offsets",
      text: offsets.reset,
      keywords: "rewind replay seek 되감기",
      needs: ["cluster", "group"],
      href: ({ cluster, group }) => `${paths.group(cluster ?? "", group ?? "")}?reset=1`,
    },
    {
      id: "delete-group",
      text: texts.deleteOne,
      keywords: "remove offsets 제거",
      needs: ["cluster", "group"],
      href: ({ cluster, group }) => `${paths.group(cluster ?? "", group ?? "")}?delete=1`,
      permit: ({ permits }) => permits.delete_topic,
    },
  ],
});
