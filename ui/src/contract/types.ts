// The contract as agreed, until every command of it is generated; then this folder only re-exports src/generated.

/** 64-bit integers cross as decimal strings: JavaScript numbers would lose digits above 2^53. */
export type I64 = string;
export type Text = { id: string; args: Record<string, string | number> };
export type Permit = Text | null;

export type ErrorKind =
  | "not_found"
  | "conflict"
  | "invalid"
  | "denied"
  | "unreachable"
  | "timeout"
  | "session"
  | "internal";
export type ApiError = {
  text: Text;
  hint: Text | null;
  kind: ErrorKind | null;
  outcome: "not_done" | "partly" | "unknown" | null;
  field: string | null;
  detail: string | null;
};

export type ClusterState =
  | "CREATING"
  | "ACTIVE"
  | "UPDATING"
  | "HEALING"
  | "MAINTENANCE"
  | "REBOOTING_BROKER"
  | "FAILED"
  | "DELETING"
  | "STOPPED"
  | "STARTING"
  | "STOPPING"
  | "CONNECTING"
  | "CONNECTED"
  | "PARTLY_REACHABLE"
  | "UNREACHABLE";

export type Page<Row> = {
  view: string;
  generation: number;
  total: number;
  all: number;
  rows: Row[];
  as_of: I64;
  warnings: Text[];
};
export type Refresh<Row> = { rows: Row[]; gone: string[]; added: number; removed: number; as_of: I64 };
export type ViewArgs = {
  query: string;
  sort: string;
  descending: boolean;
  page: number;
  page_size: number;
};

export type AppInfo = {
  version: string;
  home: string;
  logs: string;
  data_folder: string;
  engine_path: string | null;
  os: string;
  third_party: string;
  started_at: I64;
  host: "window" | "serve";
};
export type Settings = {
  theme: "system" | "light" | "dark";
  density: "comfortable" | "compact";
  language: "system" | "en" | "ko";
  time_zone: "local" | "utc";
  on_close: "ask" | "keep" | "stop";
  letter_keys: boolean;
  start_stopped_after_reboot: boolean;
};
export type Events = { seq: I64; invalidated: string[]; operations: Operation[] };

export type OperationState = "running" | "done" | "failed" | "partly" | "unknown";
export type OperationStep = {
  text: Text;
  state: "pending" | "running" | "done" | "failed";
  at: I64 | null;
};
export type OperationChange = { what: string; before: string | null; after: string | null };
export type Operation = {
  id: string;
  cluster: string | null;
  cluster_name: string | null;
  kind: string;
  title: Text;
  target: string | null;
  state: OperationState;
  steps: OperationStep[];
  changes: OperationChange[];
  error: ApiError | null;
  started_at: I64;
  ended_at: I64 | null;
  by: string;
  command: string | null;
};

export type ClusterPermits = {
  start: Permit;
  stop: Permit;
  delete: Permit;
  open: Permit;
  sample_start: Permit;
  sample_remove: Permit;
};
export type ClusterRow = {
  id: string;
  name: string;
  kind: "local" | "remote";
  state: ClusterState;
  state_reason: Text | null;
  engine: string;
  version: string | null;
  brokers_online: number | null;
  brokers_total: number | null;
  topics: number | null;
  partitions: number | null;
  max_lag: I64 | null;
  bootstrap: string;
  read_only: boolean;
  production: boolean;
  last_operation: Operation | null;
  created_at: I64 | null;
  permits: ClusterPermits;
};
export type ThroughputPoint = { at: I64; bytes_in_per_s: number; messages_in_per_s: number };
export type ClusterDetail = Omit<ClusterRow, "permits"> & {
  cluster_id: string | null;
  controller: number | null;
  under_replicated: number | null;
  offline: number | null;
  internal_topics: number | null;
  groups: number | null;
  bytes: I64 | null;
  bytes_in_per_s: number | null;
  messages_in_per_s: number | null;
  throughput: ThroughputPoint[];
  top_lag: GroupRow[];
  active_operations: Operation[];
  sample: boolean;
  directory: string | null;
  warnings: Text[];
  permits: ClusterPermits & {
    create_topic: Permit;
    produce: Permit;
    alter_config: Permit;
    delete_topic: Permit;
    broker_stop: Permit;
  };
};
export type DefaultSetting = {
  key: string;
  label: Text;
  value: string;
  changeable: "yes" | "no" | "restart";
  note: Text | null;
};
export type TestStep = {
  step: "dns" | "tcp" | "api_versions" | "metadata";
  status: "ok" | "failed" | "skipped";
  took_ms: number;
  text: Text;
  hint: Text | null;
  detail: string | null;
};
export type Snippet = { language: string; title: string; code: string; syntax: string };

export type Health = "ok" | "under_replicated" | "under_min_isr" | "offline";
export type TopicRow = {
  id: string;
  name: string;
  internal: boolean;
  creating: boolean;
  health: Health;
  under_replicated: number;
  offline: number;
  partitions: number;
  replication: number;
  messages: I64 | null;
  messages_in_per_s: number | null;
  size: I64 | null;
  retention: string | null;
  cleanup: string | null;
  groups: number | null;
  last_write: I64 | null;
};
export type TopicDetail = TopicRow & {
  topic_id: string | null;
  min_insync: number | null;
  permits: { produce: Permit; delete: Permit; alter_config: Permit; add_partitions: Permit };
  warnings: Text[];
};
export type ConfigType = "int" | "long" | "double" | "boolean" | "string" | "list" | "short";
export type ConfigHelp = {
  name: string;
  type: ConfigType;
  default: string | null;
  valid: string | null;
  importance: string;
  doc: Text | null;
};
export type ConfigRow = {
  name: string;
  value: string | null;
  default: string | null;
  source: "default" | "topic" | "broker" | "cluster" | "static" | "group";
  changed: boolean;
  type: ConfigType;
  read_only: boolean;
  sensitive: boolean;
  importance: string;
  valid: string | null;
  synonyms: { name: string; value: string | null; source: string }[];
  doc: Text | null;
};
export type ConfigChange = { name: string; before: string | null; after: string | null; risk: Text | null };
export type PartitionRow = {
  partition: number;
  health: Health;
  leader: number | null;
  leader_epoch: number | null;
  replicas: number[];
  isr: number[];
  offline: number[];
  start: I64 | null;
  end: I64 | null;
  messages: I64 | null;
  size: I64 | null;
};
export type Payload = { encoding: "text" | "json" | "hex" | "base64"; data: string };

export type Cell = { kind: "json" | "text" | "hex"; preview: string; size: number; cut: boolean };
export type MessageRow = {
  id: string;
  partition: number;
  offset: I64;
  timestamp: I64;
  timestamp_type: "create" | "append";
  key: Cell | null;
  value: Cell | null;
  headers: number;
  size: number;
  control: boolean;
};
export type Data = { size: number; base64: string; text: string | null; json: boolean; truncated: boolean };
export type MessageFull = Omit<MessageRow, "key" | "value" | "headers"> & {
  key: Data | null;
  value: Data | null;
  headers: { name: string; value: Data | null }[];
  leader_epoch: number;
  producer_id: I64 | null;
  compression: string;
  batch_base_offset: I64;
};
export type BrowseFrom =
  | { kind: "newest" }
  | { kind: "earliest" }
  | { kind: "offset"; offset: I64 }
  | { kind: "time"; at: I64 };
export type Browse = {
  rows: MessageRow[];
  next: string | null;
  end: "start_of_range" | "end_of_range" | "limit" | "scan_bound";
  ranges: { partition: number; start: I64; end: I64 }[];
  scanned: I64;
  warnings: Text[];
};
export type StreamChunk = {
  rows: MessageRow[];
  dropped: number;
  progress: { per_s: number; scanned: I64 };
  end: Text | null;
  error: ApiError | null;
};

export type GroupRow = {
  id: string;
  name: string;
  state: string;
  type: string;
  members: number;
  topics: number;
  lag: I64 | null;
  coordinator: number | null;
  lag_reason: Text | null;
};
export type GroupMember = {
  id: string;
  client_id: string;
  host: string;
  instance: string | null;
  assignment: { topic: string; partitions: number[] }[];
};
export type LagRow = {
  topic: string;
  partition: number;
  committed: I64 | null;
  end: I64 | null;
  lag: I64 | null;
  member: string | null;
  client_id: string | null;
  reason: Text | null;
};
export type GroupDetail = GroupRow & {
  protocol: string | null;
  assignor: string | null;
  member_rows: GroupMember[];
  lag_rows: LagRow[];
  lag_history: { at: I64; lag: I64 }[];
  permits: { delete: Permit };
  warnings: Text[];
};
export type BrokerRow = {
  id: number;
  host: string;
  port: number;
  rack: string | null;
  state: "online" | "stopped" | "killed" | "starting" | "stopping" | "unknown";
  controller: boolean;
  leaders: number;
  replicas: number;
  size: I64 | null;
  under_replicated: number;
  version: string | null;
  permits: { stop: Permit; kill: Permit; start: Permit };
};
export type PaletteRow = {
  kind: "cluster" | "topic" | "group" | "broker";
  cluster: string;
  name: string;
  detail: string | null;
};
