import { defineFeature, type Page } from "~/shared/feature";
import { count } from "~/shared/format";
import type { Help } from "~/shared/help";
import { paths } from "~/shared/paths";
import * as help from "./help";
import { texts } from "./texts";

const LIST = "/c/:cluster/topics";
const TOPIC = "/c/:cluster/topics/:topic";
const parents = ["/clusters", "/c/:cluster"];

function tab(name: string, about: Help, load: Page["load"]): Page {
  return {
    path: `${TOPIC}/${name}`,
    title: ":topic",
    parents: [...parents, LIST],
    contentType: "default",
    load,
    help: about,
  };
}

export default defineFeature({
  area: "topics",
  pages: [
    {
      path: LIST,
      title: texts.title,
      parents,
      contentType: "table",
      load: () => import("./list/TopicsPage"),
      help: help.topicsHelp,
    },
    {
      path: `${LIST}/create`,
      title: texts.create,
      parents: [...parents, LIST],
      contentType: "form",
      load: () => import("./create/CreateTopicPage"),
      help: help.createTopicHelp,
    },
    tab("messages", help.messagesHelp, () => import("./messages/MessagesPage")),
    tab("partitions", help.partitionsHelp, () => import("./partitions/PartitionsPage")),
    tab("configuration", help.configurationHelp, () => import("./configuration/ConfigurationPage")),
    tab("consumers", help.consumersHelp, () => import("./consumers/ConsumersPage")),
    {
      path: `${TOPIC}/produce`,
      title: texts.produce,
      parents: [...parents, LIST, `${TOPIC}/messages`],
      contentType: "form",
      load: () => import("./produce/ProducePage"),
      help: help.produceHelp,
    },
  ],
  nav: [
    {
      scope: "cluster",
      text: texts.title,
      path: LIST,
      order: 20,
      badge: ({ topics }) => (!topics ? null : { text: count(topics), color: "grey" }),
    },
  ],
  actions: [
    {
      id: "topics",
      text: texts.title,
      needs: ["cluster"],
      href: ({ cluster }) => paths.topics(cluster ?? ""),
      keys: "g t",
    },
    {
      id: "create-topic",
      text: texts.create,
      keywords: "new partitions 새",
      needs: ["cluster"],
      href: ({ cluster }) => paths.createTopic(cluster ?? ""),
      permit: (cluster) => ("create_topic" in cluster.permits ? cluster.permits.create_topic : null),
    },
    {
      id: "produce",
      text: texts.produce,
      keywords: "send write message 전송",
      needs: ["cluster", "topic"],
      href: ({ cluster, topic }) => paths.produce(cluster ?? "", topic ?? ""),
      permit: (cluster) => ("produce" in cluster.permits ? cluster.permits.produce : null),
    },
    {
      id: "topic-configuration",
      text: texts.editConfig,
      needs: ["cluster", "topic"],
      href: ({ cluster, topic }) => paths.topic(cluster ?? "", topic ?? "", "configuration"),
    },
  ],
});
