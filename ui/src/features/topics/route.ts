import { type Action, defineFeature, type Page } from "~/shared/feature";
import { count } from "~/shared/format";
import type { Help } from "~/shared/help";
import { paths, type TopicTab } from "~/shared/paths";
import type { Message } from "~/shared/text";
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
    running: true,
    load,
    help: about,
  };
}

/** What the palette offers of the open topic. */
function ofTopic(
  id: string,
  text: Message,
  href: (at: (tab: TopicTab) => string) => string,
  keywords: string,
): Action {
  return {
    id,
    text,
    keywords,
    needs: ["cluster", "topic"],
    href: ({ cluster, topic }) => href((tab) => paths.topic(cluster ?? "", topic ?? "", tab)),
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
      running: true,
      load: () => import("./list/TopicsPage"),
      help: help.topicsHelp,
    },
    {
      path: `${LIST}/create`,
      title: texts.create,
      parents: [...parents, LIST],
      contentType: "form",
      running: true,
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
      running: true,
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
      badge: ({ topics, state }) =>
        !topics || state === "UNREACHABLE" ? null : { text: count(topics), color: "grey" },
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
    ofTopic(
      "topic-messages",
      texts.messages,
      (at) => at("messages"),
      "browse consume search live 검색 실시간",
    ),
    ofTopic("topic-partitions", texts.partitions, (at) => at("partitions"), "leader isr 리더"),
    ofTopic("topic-consumers", texts.consumers, (at) => at("consumers"), "groups lag 그룹 지연 랙"),
    {
      ...ofTopic(
        "topic-configuration",
        texts.editConfig,
        (at) => `${at("configuration")}?edit=1`,
        "retention 보존",
      ),
      permit: ({ permits }) => permits.alter_config,
    },
    {
      ...ofTopic("add-partitions", texts.addPartitions, (at) => `${at("partitions")}?add=1`, "raise 늘리기"),
      permit: ({ permits }) => permits.alter_config,
    },
    {
      ...ofTopic("delete-topic", texts.deleteTopic, (at) => `${at("messages")}?delete=1`, "remove 제거"),
      permit: ({ permits }) => permits.delete_topic,
    },
  ],
});
