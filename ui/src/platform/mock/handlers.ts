import type { Args, CommandName, Output } from "~/contract/commands";
import type { ErrorKind, Operation, Page, Refresh, SavedFilter, Settings, ViewArgs } from "~/contract/types";
import { DEFAULTS } from "~/shared/settings";
import { holds } from "~/shared/table/tokens";
import { CallError } from "../types";
import { configHelp, configRows } from "./configs";
import * as data from "./data";
import { browse, message, tail } from "./messages";

export type Handler<N extends CommandName> = (
  args: Args<N>,
  signal?: AbortSignal,
) => Output<N> | Promise<Output<N>>;
export type Handlers = { [N in CommandName]?: Handler<N> };

const { asked, text } = data;
let settings: Settings = {
  ...DEFAULTS,
  theme: (asked.get("theme") ?? "light") as Settings["theme"],
  language: (asked.get("lang") ?? "en") as Settings["language"],
  density: (asked.get("density") ?? "comfortable") as Settings["density"],
};

const filters = new Map<string, SavedFilter[]>();

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
let seq = 1;
let made = 0;
const pending: { invalidated: string[]; operations: Operation[] } = { invalidated: [], operations: [] };
let wake = () => {};

/** An operation that runs for a while, as the core would report it. */
function start(kind: string, title: string, ms = 2500): { operation: string } {
  made += 1;
  const id = `new-${made}`;
  const running = data.operation({
    id,
    kind,
    title: text(title),
    state: "running",
    started_at: String(Date.now()),
    ended_at: null,
    steps: [{ text: text("Working"), state: "running", at: null }],
  });
  data.operations.unshift(running);
  const report = (operation: Operation) => {
    data.operations[data.operations.findIndex((each) => each.id === id)] = operation;
    pending.operations.push(operation);
    pending.invalidated.push("operations", "clusters");
    wake();
  };
  report(running);
  setTimeout(() => report({ ...running, state: "done", steps: [], ended_at: String(Date.now()) }), ms);
  return { operation: id };
}

function fail(sentence: string, field: string | null = null, kind: ErrorKind = "invalid"): never {
  throw new CallError({
    text: text(sentence),
    hint: null,
    kind,
    outcome: "not_done",
    field,
    detail: null,
  });
}

function page<Row extends { name: string }>(
  all: Row[],
  args: ViewArgs,
  keyOf: (row: Row) => string | number,
): Page<Row> {
  const holdsOf = (row: Row) => (each: ViewArgs["conditions"][number]) =>
    holds([String(row[(each.property || "name") as keyof Row] ?? "")], each);
  const meets = (row: Row) =>
    args.conditions.length === 0 || args.conditions[args.any ? "some" : "every"](holdsOf(row));
  const found = all.filter((row) => row.name.includes(args.query) && meets(row));
  found.sort((a, b) => {
    const [x, y] = [keyOf(a), keyOf(b)];
    const order = typeof x === "number" && typeof y === "number" ? x - y : String(x).localeCompare(String(y));
    return args.descending ? -order : order;
  });
  const from = (args.page - 1) * args.page_size;
  return {
    view: `view-${args.query}`,
    generation: 1,
    total: found.length,
    all: all.length,
    rows: found.slice(from, from + args.page_size),
    as_of: String(Date.now() - 1000),
    warnings: [],
  };
}

const refresh = <Row extends { id: string }>(all: Row[], ids: string[]): Refresh<Row> => ({
  rows: all.filter((row) => ids.includes(row.id)),
  gone: [],
  added: asked.has("added") ? 3 : 0,
  removed: 0,
  as_of: String(Date.now()),
  warnings: [],
});

function events(after: string, signal?: AbortSignal): Promise<Output<"events.next">> {
  if (after === "0")
    return Promise.resolve({ seq: String(seq), invalidated: [], operations: [], gone: null });
  return new Promise((resolve) => {
    const answer = () => {
      clearTimeout(timer);
      seq += 1;
      resolve({ seq: String(seq), ...structuredClone(pending), gone: null });
      pending.invalidated.length = 0;
      pending.operations.length = 0;
    };
    const timer = setTimeout(answer, 15_000);
    wake = answer;
    signal?.addEventListener("abort", () => clearTimeout(timer));
    if (pending.operations.length > 0) answer();
  });
}

const snippet = (language: string, title: string, code: string, syntax = "text") => ({
  language,
  title,
  code,
  syntax,
});

export const handlers: Handlers = {
  "settings.get": () => settings,
  "settings.set": ({ patch }) => {
    settings = { ...settings, ...patch };
    return settings;
  },
  "app.info": () => ({
    version: "0.1.0",
    home: "/home/mina/.local/share/weir",
    home_flag: null,
    logs: "/home/mina/.local/share/weir/logs",
    data_folder: "/home/mina/.local/share/weir/clusters",
    engine_path: "/usr/lib/weir/weir-broker",
    os: "Debian GNU/Linux 13, x86_64",
    started_at: String(Date.now() - 4_000_000),
    host: "window",
  }),
  "app.notices": () => ({
    text: "tokio MIT\nreact MIT\n@cloudscape-design/components Apache-2.0\npretendard OFL-1.1",
  }),
  "events.next": ({ after }, signal) => events(after, signal),
  "filters.list": ({ table }) => ({ rows: [...(filters.get(table) ?? [])] }),
  "filters.save": ({ table, name, text: written, replace }) => {
    const kept = filters.get(table) ?? [];
    if (name.trim() === "") fail("Type a name for the filter.", "name");
    if (!replace && kept.some((each) => each.name === name)) fail(`A filter named ${name} exists.`, "name");
    filters.set(table, [...kept.filter((each) => each.name !== name), { name, text: written }]);
    return {};
  },
  "filters.rename": ({ table, name, to }) => {
    const kept = filters.get(table) ?? [];
    filters.set(
      table,
      kept.map((each) => (each.name === name ? { ...each, name: to } : each)),
    );
    return {};
  },
  "filters.delete": ({ table, name }) => {
    filters.set(
      table,
      (filters.get(table) ?? []).filter((each) => each.name !== name),
    );
    return {};
  },
  "window.close": () => ({}),
  "window.asked": () => ({}),
  "window.restart": () => ({}),
  "window.unsaved": () => ({}),
  "open.folder": () => ({}),
  "clusters.list": () => ({ rows: data.clusters }),
  "clusters.get": ({ cluster }) =>
    cluster === "nowhere" ? fail("There is no cluster “nowhere”.", null, "not_found") : data.detail(cluster),
  "clusters.create_defaults": () => ({
    name: "my-cluster",
    brokers: 3,
    port: 9092,
    settings: [
      ["engine", "Engine", "Built-in, Kafka 4.4 protocol", "no"],
      ["brokers", "Brokers", "3, one in each of 3 zones", "no"],
      ["addresses", "Addresses", "localhost:9092, 9093, 9094", "no"],
      ["access", "Access", "Plaintext, this machine only", "no"],
      ["replication", "Replication", "3, in sync at least 2", "yes"],
      ["retention", "Retention", "7 d", "yes"],
      ["auto", "Topics", "Created on first use", "yes"],
      ["storage", "Storage", "~/.local/share/weir/clusters/my-cluster (252 GiB free)", "no"],
    ].map(([key, label, value, changeable]) => ({
      key: key ?? "",
      label: text(label ?? ""),
      value: value ?? "",
      changeable: changeable as "yes" | "no",
      note: key === "replication" || key === "retention" ? text("per topic") : null,
    })),
  }),
  "clusters.check_name": ({ name }) => ({
    problem:
      name === "orders-dev"
        ? text("A cluster named orders-dev exists.")
        : /[^a-z0-9-]/i.test(name)
          ? text("Use letters, digits and hyphens.")
          : null,
  }),
  "clusters.create": ({ name }) => ({
    cluster: "orders-dev",
    ...start("cluster_create", `Cluster ${name} created`),
  }),
  "clusters.start": () => start("cluster_start", "Cluster started"),
  "clusters.stop": () => start("cluster_stop", "Cluster stopped"),
  "clusters.delete": () => start("cluster_delete", "Cluster deleted"),
  "clusters.connect": () => ({ cluster: "msk-staging" }),
  "clusters.edit": () => ({}),
  "clusters.disconnect": () => ({}),
  "clusters.sample_start": () => start("sample_start", "Sample workload started"),
  "clusters.sample_remove": () => start("sample_remove", "Sample workload removed"),
  "clusters.test": async ({ bootstrap }) => {
    await sleep(900);
    const bad = bootstrap.includes("443");
    return {
      other_cluster: null,
      steps: [
        {
          step: "dns",
          status: "ok",
          took_ms: 2,
          text: text("localhost is 127.0.0.1 and ::1"),
          hint: null,
          detail: null,
        },
        {
          step: "tcp",
          status: "ok",
          took_ms: 1,
          text: text("Connected to 127.0.0.1:9092"),
          hint: null,
          detail: null,
        },
        bad
          ? {
              step: "api_versions",
              status: "failed",
              took_ms: 12,
              text: text("The port answers, but not with Kafka: it speaks TLS."),
              hint: text("Use the plaintext port of this cluster."),
              detail: "first bytes 15 03 03 00 02",
            }
          : {
              step: "api_versions",
              status: "ok",
              took_ms: 3,
              text: text("Kafka 4.4, 68 APIs"),
              hint: null,
              detail: null,
            },
        {
          step: "metadata",
          status: bad ? "skipped" : "ok",
          took_ms: bad ? 0 : 4,
          text: text(bad ? "Not tried" : "3 brokers, 24 topics"),
          hint: null,
          detail: null,
        },
      ],
    };
  },
  "clusters.client_info": () => ({
    bootstrap: "localhost:9092,localhost:9093,localhost:9094",
    container: null,
    snippets: [
      snippet(
        "java",
        "Java",
        `Properties props = new Properties();\nprops.put("bootstrap.servers", "localhost:9092,localhost:9093,localhost:9094");\nprops.put("key.serializer", StringSerializer.class.getName());\nprops.put("value.serializer", StringSerializer.class.getName());\nProducer<String, String> producer = new KafkaProducer<>(props);`,
        "java",
      ),
      snippet(
        "python",
        "Python",
        `from confluent_kafka import Producer\n\nproducer = Producer({"bootstrap.servers": "localhost:9092"})\nproducer.produce("orders", key="o-1", value="{}")\nproducer.flush()`,
        "python",
      ),
      snippet("go", "Go", `client, err := kgo.NewClient(\n\tkgo.SeedBrokers("localhost:9092"),\n)`, "go"),
      snippet(
        "node",
        "Node.js",
        `const { Kafka } = require("@confluentinc/kafka-javascript").KafkaJS;\nconst kafka = new Kafka({ kafkaJS: { brokers: ["localhost:9092"] } });`,
        "js",
      ),
      snippet(
        "rust",
        "Rust",
        `let producer: FutureProducer = ClientConfig::new()\n    .set("bootstrap.servers", "localhost:9092")\n    .create()?;`,
        "rust",
      ),
      snippet(
        "dotnet",
        ".NET",
        `var config = new ProducerConfig { BootstrapServers = "localhost:9092" };\nusing var producer = new ProducerBuilder<string, string>(config).Build();`,
        "csharp",
      ),
      snippet("kcat", "kcat", "kcat -b localhost:9092 -L", "sh"),
      snippet(
        "container",
        "From a container",
        "docker run --rm --network host edenhill/kcat:1.7.1 -b localhost:9092 -L",
        "sh",
      ),
    ],
  }),
  "operations.list": ({ query, page: at, page_size }) => {
    const rows = data.operations.filter((each) => each.title.id.toLowerCase().includes(query.toLowerCase()));
    return { total: rows.length, rows: rows.slice((at - 1) * page_size, at * page_size) };
  },
  "topics.list": async (args) => {
    if (asked.has("slow")) await sleep(60_000);
    if (asked.has("none")) return { ...page([], args, () => 0), internal_hidden: 3 };
    return {
      ...page(data.topics, args, (row) =>
        args.sort === "partitions"
          ? row.partitions
          : args.sort === "name"
            ? row.name
            : Number(row[args.sort as "messages"] ?? 0),
      ),
      internal_hidden: 3,
    };
  },
  "topics.page": async ({ page: at }) => {
    await sleep(10);
    const args = {
      query: "",
      conditions: [],
      any: false,
      sort: "name",
      descending: false,
      page: at,
      page_size: 100,
    };
    return { ...page(data.topics, args, (row) => row.name), internal_hidden: 3 };
  },
  "topics.refresh": ({ ids }) => refresh(data.topics, ids),
  "topics.get": ({ topic }) => {
    const row = data.topics.find((each) => each.name === topic) ?? fail(`There is no topic “${topic}”.`);
    return {
      ...row,
      topic_id: "k2Xn0cCzQ0mYw4Lx9v2b3A",
      min_insync: 2,
      permits: { produce: null, delete: null, alter_config: null, add_partitions: null },
      warnings: [],
    };
  },
  "topics.check_name": ({ name }) => ({
    problem: data.topics.some((each) => each.name === name)
      ? text(`A topic named ${name} exists.`)
      : /[^a-zA-Z0-9._-]/.test(name)
        ? text("Use letters, digits, “.”, “_” and “-”.")
        : null,
    warning:
      name.includes(".") && name.includes("_")
        ? text("Names with both “.” and “_” can collide in metrics.")
        : null,
  }),
  "topics.create_defaults": () => ({ partitions: 3, replication: 3, brokers: 3, configs: configHelp }),
  "topics.create": ({ name, partitions, replication, configs, dry_run }) => {
    for (const each of configs)
      if (each.name.endsWith(".ms") && !/^-?\d+$/.test(each.value))
        fail(`${each.name} must be a whole number of milliseconds.`, each.name);
    const command = `weir topic create ${name || "NAME"} --partitions ${partitions} --replication-factor ${replication}${configs.map((each) => ` --config ${each.name}=${each.value}`).join("")}`;
    return dry_run
      ? { operation: null, command }
      : { command, ...start("topic_create", `Topic ${name} created`, 300) };
  },
  "topics.delete": ({ topics, dry_run }) => {
    const command = `weir topic delete ${topics.join(" ")} --yes`;
    return dry_run
      ? { operation: null, results: [], command }
      : {
          ...start("topic_delete", "Topics deleted", 300),
          results: topics.map((topic) => ({ topic, error: null })),
          command,
        };
  },
  "topics.add_partitions": ({ topic, total, dry_run }) => {
    const command = `weir topic add-partitions ${topic} --total ${total}`;
    return dry_run
      ? { operation: null, command }
      : { command, ...start("topic_partitions", "Partitions added", 300) };
  },
  "topics.configs": () => ({ rows: configRows }),
  "topics.alter_configs": ({ topic, changes, dry_run }) => {
    for (const each of changes)
      if (each.name.endsWith(".ms") && each.value !== null && !/^-?\d+$/.test(each.value))
        fail("A whole number of milliseconds.", each.name);
    const command = `weir topic config ${topic}${changes.map((each) => ` --set ${each.name}=${each.value}`).join("")}`;
    const preview = changes.map((each) => ({
      name: each.name,
      before: configRows.find((row) => row.name === each.name)?.value ?? null,
      after: each.value,
      risk: each.name === "retention.ms" ? text("Records older than this will be removed soon.") : null,
    }));
    return {
      command,
      changes: preview,
      operation: dry_run ? null : start("topic_config", `Configuration of ${topic} changed`, 300).operation,
    };
  },
  "topics.partitions": ({ topic, page: at, page_size }) => {
    const total = data.topics.find((each) => each.name === topic)?.partitions ?? 3;
    const rows = Array.from({ length: total }, (_, n) => ({
      partition: n,
      health: topic === "payments" && n < 3 ? ("under_replicated" as const) : ("ok" as const),
      leader: 1 + (n % 3),
      leader_epoch: 4,
      replicas: [1 + (n % 3), 1 + ((n + 1) % 3), 1 + ((n + 2) % 3)],
      isr: topic === "payments" && n < 3 ? [1, 2] : [1 + (n % 3), 1 + ((n + 1) % 3), 1 + ((n + 2) % 3)],
      offline: [],
      start: String(n * 130),
      end: String(91_834 + n * 7),
      messages: String(91_834 - n * 123),
      size: String(14_000_000 + n * 733_333),
      ...data.goesOn(topic, n),
    }));
    return { total, rows: rows.slice((at - 1) * page_size, at * page_size) };
  },
  "topics.lost_places": () => ({
    total: data.groups.length,
    groups: data.groups.slice(0, 5).map((group) => group.name),
  }),
  "topics.consumers": () => ({ rows: data.groups.slice(0, 3) }),
  "topics.produce": async ({ partition }) => {
    await sleep(250);
    return { partition: partition ?? 2, offset: "91841", timestamp: String(Date.now()) };
  },
  "messages.browse": async (args) => {
    await sleep(150);
    return asked.has("none")
      ? { rows: [], next: null, end: "end_of_range", ranges: [], scanned: "0", warnings: [] }
      : browse(args);
  },
  "messages.get": ({ partition, offset }) => message(partition, offset),
  "messages.tail.open": () => ({ stream: "tail-1" }),
  "streams.next": async ({ max_rows, wait_ms }) => {
    await sleep(Math.min(wait_ms, 140));
    return tail(max_rows);
  },
  "streams.close": () => ({}),
  "groups.list": (args) =>
    page(asked.has("none") ? [] : data.groups, args, (row) =>
      args.sort === "lag" ? Number(row.lag ?? -1) : args.sort === "members" ? row.members : row.name,
    ),
  "groups.refresh": ({ ids }) => refresh(data.groups, ids),
  "groups.get": ({ group }) => {
    const row = data.groups.find((each) => each.name === group) ?? fail(`There is no group “${group}”.`);
    const lags = [12, 840, 4, 0, 301, 47];
    const next = data.random(5);
    let lag = 300;
    return {
      ...row,
      protocol: "consumer",
      assignor: "cooperative-sticky",
      member_rows:
        row.members === 0
          ? []
          : [1, 2, 3].map((n) => ({
              id: `${group}-${n}-6f0c2a7e-8d1b-4c9e-9a53-0b7d4f9e2c1${n}`,
              client_id: `${group}-${n}`,
              host: "/127.0.0.1",
              instance: null,
              assignment: [{ topic: "orders", partitions: [2 * n - 2, 2 * n - 1] }],
            })),
      lag_rows: lags.map((value, n) => ({
        topic: "orders",
        partition: n,
        committed: String(91_822 + n * 133),
        end: String(91_822 + n * 133 + value),
        lag: String(value),
        member: row.members ? `${group}-${Math.floor(n / 2) + 1}` : null,
        client_id: row.members ? `${group}-${Math.floor(n / 2) + 1}` : null,
        reason: null,
      })),
      lag_history: Array.from({ length: 120 }, (_, n) => {
        lag = Math.max(0, lag + (next() - 0.45) * 80);
        return { at: String(Date.now() - (120 - n) * 5000), lag: String(Math.round(n === 119 ? 1204 : lag)) };
      }),
      permits: {
        delete: row.members > 0 ? text("The group has members. Stop them first.") : null,
        reset_offsets: row.members > 0 ? text("The group has members. Stop them first.") : null,
        delete_offsets: null,
      },
      warnings: [],
    };
  },
  "groups.delete": ({ groups }) => ({
    ...start("group_delete", "Groups deleted", 300),
    results: groups.map((group) => ({ group, error: null })),
  }),
  "groups.reset_offsets": ({ group, dry_run }) => ({
    command: `weir group reset ${group} --to earliest`,
    changes: data.offsetChanges("0"),
    operation: dry_run ? null : start("group_reset", `Offsets of ${group} reset`, 300).operation,
  }),
  "groups.put_back": ({ dry_run }) => ({
    command: null,
    changes: data.offsetChanges("0"),
    operation: dry_run ? null : start("group_reset", "Offsets put back", 300).operation,
  }),
  "groups.delete_offsets": ({ group, dry_run }) => ({
    command: `weir group delete-offsets ${group} --topic orders`,
    changes: data.offsetChanges(null),
    operation: dry_run ? null : start("group_offsets_delete", `Offsets of ${group} deleted`, 300).operation,
  }),
  "brokers.list": () => ({ rows: data.brokers, skew: 0.021, permits: { add: null }, warnings: [] }),
  "brokers.quorum": () => ({
    leader_id: 1,
    leader_epoch: 12,
    high_watermark: "48231",
    voters: [1, 2, 3].map((replica_id) => ({
      replica_id,
      log_end_offset: String(replica_id === 3 ? 48_190 : 48_231),
      last_fetch_ms: String(data.now() - 500),
      last_caught_up_ms: String(data.now() - (replica_id === 3 ? 9000 : 500)),
    })),
    observers: [],
  }),
  "brokers.log_dirs": () => ({
    rows: [1, 2, 3].map((broker) => ({
      broker,
      path: `/var/lib/kafka/broker-${broker}/log-0`,
      error: null,
      replicas: 42,
      size: "18200000",
      free: "41000000000",
      total: "120000000000",
      permits: { offline: null, online: null },
    })),
    warnings: [],
  }),
  "brokers.log_dir_offline": ({ log_dir }) => start("log_dir_offline", `Log dir ${log_dir} is offline`),
  "brokers.log_dir_online": ({ log_dir }) => start("log_dir_online", `Log dir ${log_dir} is online`),
  "brokers.stop": ({ broker }) => start("broker_stop", `Broker ${broker} stopped`),
  "brokers.kill": ({ broker }) => start("broker_kill", `Broker ${broker} killed`),
  "brokers.start": ({ broker }) => start("broker_start", `Broker ${broker} started`),
  "brokers.add": () => start("broker_add", "Broker 4 added"),
  "brokers.cancel_remove": ({ broker }) => start("broker_remove", `Broker ${broker} kept`),
  "brokers.remove": ({ broker }) => start("broker_remove", `Broker ${broker} removed`),
  "palette.search": ({ query, limit }) => ({
    rows: [
      ...data.clusters
        .filter((each) => each.name.includes(query))
        .map((each) => ({
          kind: "cluster" as const,
          cluster: each.id,
          name: each.name,
          detail: each.engine,
        })),
      ...data.topics
        .filter((each) => each.name.includes(query))
        .map((each) => ({
          kind: "topic" as const,
          cluster: "orders-dev",
          name: each.name,
          detail: "orders-dev",
        })),
      ...data.groups
        .filter((each) => each.name.includes(query))
        .map((each) => ({
          kind: "group" as const,
          cluster: "orders-dev",
          name: each.name,
          detail: "orders-dev",
        })),
    ].slice(0, limit),
  }),
};
