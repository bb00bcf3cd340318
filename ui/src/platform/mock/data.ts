import type * as T from "~/contract/types";

export const asked = new URLSearchParams(window.location.search);
const big = asked.has("big");
export const now = () => Date.now();

/** Small deterministic generator: the same screen each time. */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1664525 + 1013904223) % 4294967296;
    return state / 4294967296;
  };
}

export const text = (id: string, args: Record<string, string | number> = {}): T.Text => ({
  id: id as T.Text["id"],
  args,
});
const allowed = {
  create_topic: null,
  produce: null,
  alter_config: null,
  delete_topic: null,
  delete_group: null,
  broker_stop: null,
  start: null,
  stop: null,
  delete: null,
  edit: null,
  open: null,
  sample_start: null,
  sample_remove: null,
};

export const operation = (over: Partial<T.Operation>): T.Operation => ({
  done: over.title ?? text("Topic payments was created."),
  id: "op-0",
  cluster: "orders-dev",
  cluster_name: "orders-dev",
  kind: "topic_create",
  title: text("Topic payments created"),
  target: "payments",
  state: "done",
  steps: [],
  changes: [],
  error: null,
  started_at: String(now() - 60_000),
  ended_at: String(now() - 59_600),
  by: "you",
  command: "weir topic create payments --partitions 6 --cluster orders-dev",
  ...over,
});

export const operations: T.Operation[] = [
  operation({
    id: "op-6",
    kind: "cluster_heal",
    title: text("Engine of orders-dev restarted"),
    target: "orders-dev",
    by: "weir",
    started_at: String(now() - 120_000),
    ended_at: String(now() - 119_300),
    command: null,
    steps: [
      { text: text("Engine ended (signal 9)"), state: "done", at: null },
      { text: text("Started again on the same ports"), state: "done", at: null },
      { text: text("All partitions led"), state: "done", at: null },
    ],
  }),
  operation({
    id: "op-5",
    kind: "topic_config",
    title: text("retention.ms of orders changed"),
    target: "orders",
    changes: [{ what: "retention.ms", before: "604800000", after: "259200000" }],
    started_at: String(now() - 2_400_000),
    ended_at: String(now() - 2_399_900),
    command: "weir topic config orders --set retention.ms=259200000 --cluster orders-dev",
  }),
  operation({
    id: "op-4",
    kind: "topic_delete",
    title: text("Topic audit could not be deleted"),
    target: "audit",
    state: "failed",
    started_at: String(now() - 4_000_000),
    ended_at: String(now() - 3_999_000),
    error: {
      text: text("Broker 2 did not answer within 10 s."),
      hint: text("Start broker 2, then try again."),
      kind: "timeout",
      outcome: "not_done",
      field: null,
      detail: "localhost:9093 DeleteTopics v6: deadline of 10 s passed",
    },
  }),
  operation({ id: "op-3", title: text("Topic payments created"), started_at: String(now() - 7_200_000) }),
  operation({
    id: "op-2",
    kind: "broker_stop",
    title: text("Broker 3 stopped"),
    target: "3",
    by: "cli",
    started_at: String(now() - 8_000_000),
    ended_at: String(now() - 7_999_800),
    command: "weir broker stop 3 --cluster orders-dev",
  }),
  operation({
    id: "op-1",
    kind: "cluster_create",
    title: text("Cluster orders-dev created"),
    target: "orders-dev",
    started_at: String(now() - 15_000_000),
    ended_at: String(now() - 14_999_600),
    command: "weir cluster create orders-dev --brokers 3 --sample",
    steps: [
      { text: text("Directory prepared"), state: "done", at: null },
      { text: text("Three brokers started"), state: "done", at: null },
      { text: text("Sample workload started"), state: "done", at: null },
    ],
  }),
];

const cluster = (over: Partial<T.ClusterRow>): T.ClusterRow => ({
  id: "orders-dev",
  name: "orders-dev",
  kind: "local",
  state: "ACTIVE",
  state_reason: null,
  engine: "Weir 0.1.0",
  version: "4.4",
  brokers_online: 3,
  brokers_total: 3,
  topics: 24,
  partitions: 96,
  max_lag: "1204",
  partitions_offline: 0,
  partitions_under_replicated: 0,
  bootstrap: "localhost:9092,localhost:9093,localhost:9094",
  read_only: false,
  production: false,
  last_operation: operations[0] ?? null,
  created_at: String(now() - 15_000_000),
  permits: { ...allowed, start: text("The cluster is running."), sample_start: text("It runs already.") },
  ...over,
});

export const clusters: T.ClusterRow[] = asked.has("empty")
  ? []
  : [
      cluster({}),
      cluster({
        id: "ci-scratch",
        name: "ci-scratch",
        state: "STOPPED",
        brokers_online: 0,
        brokers_total: 1,
        topics: null,
        partitions: null,
        max_lag: null,
        partitions_offline: 0,
        partitions_under_replicated: 0,
        bootstrap: "localhost:19092",
        last_operation: null,
        permits: { ...allowed, stop: text("The cluster is stopped."), open: null },
      }),
      cluster({
        id: "payments-load",
        name: "payments-load",
        state: "HEALING",
        state_reason: text("engine ended, starting again"),
        bootstrap: "localhost:19095,localhost:19096,localhost:19097",
        topics: 11,
        partitions: 66,
        max_lag: "0",
        partitions_offline: 0,
        partitions_under_replicated: 0,
        permits: { ...allowed, start: text("The cluster is running.") },
      }),
      cluster({
        id: "msk-staging",
        name: "msk-staging",
        kind: "remote",
        state: "CONNECTED",
        engine: "Kafka",
        version: "3.9",
        brokers_online: 6,
        brokers_total: 6,
        topics: 1204,
        partitions: 9388,
        max_lag: "311042",
        partitions_offline: 0,
        partitions_under_replicated: 0,
        bootstrap: "b-1.staging.example.com:9092,b-2.staging.example.com:9092",
        read_only: true,
        production: true,
        last_operation: null,
        permits: {
          ...allowed,
          start: text("Only local clusters can be started."),
          stop: text("Only local clusters can be stopped."),
        },
      }),
      cluster({
        id: "edge-seoul",
        name: "edge-seoul",
        kind: "remote",
        state: "UNREACHABLE",
        state_reason: text("connection refused"),
        engine: "Kafka",
        version: null,
        brokers_online: null,
        brokers_total: null,
        topics: null,
        partitions: null,
        max_lag: null,
        partitions_offline: 0,
        partitions_under_replicated: 0,
        bootstrap: "edge.example.com:9092",
        last_operation: null,
        permits: { ...allowed, start: text("Only local clusters can be started.") },
      }),
    ];

const NAMES =
  "orders payments shipments catalogue customers clickstream inventory-changes returns audit fraud-scores emails-outbox search-updates prices reviews sessions webhooks ledger coupons invoices refunds notifications page-views product-images user-events".split(
    " ",
  );
const topicNames = big
  ? Array.from({ length: 10_000 }, (_, n) => `${NAMES[n % NAMES.length]}-${String(n).padStart(5, "0")}`)
  : NAMES;
const pick = random(7);

export const topics: T.TopicRow[] = topicNames.map((name, index) => ({
  id: name,
  name,
  internal: false,
  creating: false,
  health: index === 1 ? "under_replicated" : "ok",
  under_replicated: index === 1 ? 3 : 0,
  under_min_isr: 0,
  offline: 0,
  partitions: [6, 6, 3, 12, 6, 24][index % 6] ?? 3,
  replication: 3,
  messages: String(Math.floor(pick() * 9_000_000)),
  messages_in_per_s: index % 5 === 4 ? 0 : Math.floor(pick() * 4000) / 3,
  size: String(Math.floor(pick() * 4e9)),
  retention: ["259200000", "604800000", "604800000", null][index % 4] ?? null,
  cleanup: index % 4 === 3 ? "compact" : "delete",
  groups: index % 4,
  last_write: String(now() - Math.floor(pick() * (index % 4 === 0 ? 2e8 : 4000))),
}));

export const groups: T.GroupRow[] = [
  ["fulfilment", "Stable", 3, 1, "1204"],
  ["fraud-scores", "Stable", 2, 1, "87"],
  ["search-index", "Stable", 1, 2, "12"],
  ["audit-sink", "Stable", 1, 1, "0"],
  ["emailer", "Empty", 0, 1, "0"],
  ["warehouse-sync", "PreparingRebalance", 4, 3, "540"],
  ["nightly-report", "Empty", 0, 2, null],
].map(([name, state, members, count, lag]) => ({
  id: String(name),
  name: String(name),
  state: String(state),
  type: name === "search-index" ? "consumer" : "classic",
  members: Number(members),
  topics: Number(count),
  lag: lag === null ? null : String(lag),
  coordinator: 1 + (String(name).length % 3),
  lag_reason: lag === null ? text("This group has never committed an offset.") : null,
  last_seen: null,
}));

export const brokers: T.BrokerRow[] = [1, 2, 3].map((id) => ({
  id,
  host: "localhost",
  port: 9091 + id,
  rack: `zone-${"abc"[id - 1]}`,
  state: id === 3 && asked.has("sick") ? "stopped" : "online",
  controller: id === 1,
  leaders: 31 + id,
  replicas: 96,
  size: String(6_200_000_000 + id * 31_000_000),
  under_replicated: 0,
  version: "0.1.0",
  removing: false,
  permits: {
    stop: null,
    kill: null,
    start: text("Broker {id} is running.", { id }),
    remove: null,
    cancel_remove: text("Broker {id} is not being removed.", { id }),
  },
}));

function points(n: number, base: number, spread: number, seed: number): number[] {
  const next = random(seed);
  let value = base;
  return Array.from({ length: n }, () => {
    value += (next() - 0.5) * spread + (base - value) * 0.08;
    return Math.max(0, value);
  });
}

const inBytes = points(120, 12_400_000, 2_400_000, 3);
const inMessages = points(120, 12_400, 2400, 4);
export const throughput: T.ThroughputPoint[] = inBytes.map((bytes, index) => ({
  at: String(now() - (120 - index) * 5000),
  bytes_in_per_s: bytes,
  messages_in_per_s: inMessages[index] ?? 0,
}));

export function detail(id: string): T.ClusterDetail {
  const row = clusters.find((each) => each.id === id) ?? cluster({ id, name: id });
  const up = row.state === "ACTIVE" || row.state === "CONNECTED" || row.state === "HEALING";
  const why = up ? null : text("The cluster is stopped.");
  return {
    ...row,
    cluster_id: "q7Zk1nZtR8m2o0wq3S1bYA",
    controller: up ? 1 : null,
    under_replicated: up ? (asked.has("sick") ? 3 : 0) : null,
    offline: up ? 0 : null,
    awaiting_leader: up ? 0 : null,
    internal_topics: 3,
    partitions_all: 150,
    groups: up ? groups.length : null,
    groups_behind: up ? groups.filter((each) => Number(each.lag ?? 0) > 0).length : null,
    bytes: up ? "19756849561" : null,
    bytes_in_per_s: up ? 12_400_000 : null,
    messages_in_per_s: up ? 12_400 : null,
    answering: null,
    throughput: up ? throughput : [],
    top_lag: up ? [...groups].sort((a, b) => Number(b.lag) - Number(a.lag)).slice(0, 5) : [],
    active_operations: [],
    sample: true,
    configs: [],
    directory: row.kind === "local" ? `/home/mina/.local/share/weir/clusters/${row.id}` : null,
    warnings: [],
    permits: {
      ...row.permits,
      create_topic: why,
      produce: why,
      alter_config: why,
      delete_topic: why,
      delete_group: why,
      broker_stop: why,
    },
  };
}

/** Three partitions whose commits move to `after`, or are forgotten. */
export function offsetChanges(after: string | null): T.OffsetChange[] {
  return [0, 1, 2].map((partition) => ({
    topic: "orders",
    partition,
    before: String(1200 + partition),
    after,
    lag_before: String(40 * partition),
    lag_after: after === null ? null : String(1200 + 41 * partition),
    note: null,
    error: null,
  }));
}

/** What goes on in a partition of `payments`: a move, an open transaction and one that hangs. */
export function goesOn(topic: string, partition: number) {
  const open = (transactional_id: string | null) => ({
    producer_id: "4001",
    producer_epoch: 3,
    start: String(91_820 + partition * 7),
    last_timestamp: String(now() - 65_000),
    transactional_id,
    state: transactional_id === null ? null : "Ongoing",
  });
  const transactions =
    topic !== "payments" || partition > 1 ? [] : [open(partition === 0 ? null : "billing-1")];
  return {
    stable: String((transactions.length > 0 ? 91_820 : 91_834) + partition * 7),
    adding: topic === "payments" && partition === 2 ? [2] : [],
    removing: topic === "payments" && partition === 2 ? [1] : [],
    transactions,
  };
}
