import { defineFeature } from "~/shared/feature";
import { count } from "~/shared/format";
import { paths } from "~/shared/paths";
import { groupHelp, groupsHelp } from "./help";
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
      load: () => import("./GroupsPage"),
      help: groupsHelp,
    },
    {
      path: `${LIST}/:group`,
      title: ":group",
      parents: [...parents, LIST],
      contentType: "default",
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
      badge: ({ groups }) => (!groups ? null : { text: count(groups), color: "grey" }),
    },
  ],
  actions: [
    {
      id: "groups",
      text: texts.title,
      keywords: "lag consumers offsets 랙 오프셋",
      needs: ["cluster"],
      href: ({ cluster }) => paths.groups(cluster ?? ""),
      keys: "g g",
    },
  ],
});
