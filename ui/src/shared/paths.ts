// Every address of the UI, so that features can link to one another without importing one another.
const part = encodeURIComponent;

export type TopicTab = "messages" | "partitions" | "configuration" | "consumers";

export const paths = {
  clusters: "/clusters",
  createCluster: "/clusters/create",
  connect: "/clusters/connect",
  settings: "/settings",
  about: "/about",
  cluster: (id: string) => `/c/${part(id)}`,
  editConnection: (id: string) => `/c/${part(id)}/connection`,
  topics: (id: string) => `/c/${part(id)}/topics`,
  createTopic: (id: string) => `/c/${part(id)}/topics/create`,
  topic: (id: string, topic: string, tab: TopicTab = "messages") =>
    `/c/${part(id)}/topics/${part(topic)}/${tab}`,
  produce: (id: string, topic: string) => `/c/${part(id)}/topics/${part(topic)}/produce`,
  groups: (id: string) => `/c/${part(id)}/groups`,
  group: (id: string, group: string) => `/c/${part(id)}/groups/${part(group)}`,
  brokers: (id: string) => `/c/${part(id)}/brokers`,
  operations: (id: string) => `/c/${part(id)}/operations`,
};
