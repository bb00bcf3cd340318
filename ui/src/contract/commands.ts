// Every command with its arguments and answer; see types.ts.
import type * as T from "./types";

type Cluster = { cluster: string };
type Topic = Cluster & { topic: string };
type None = Record<string, never>;
type Op = { operation: string };

export interface Commands {
  "app.info": { args: None; output: T.AppInfo };
  "settings.get": { args: None; output: T.Settings };
  "settings.set": { args: { patch: Partial<T.Settings> }; output: T.Settings };
  "events.next": { args: { after: T.I64; watching: string[]; wait_ms: number }; output: T.Events };
  "open.link": { args: { url: string }; output: None };
  "open.folder": { args: { which: "home" | "logs" | "data"; cluster: string | null }; output: None };
  "clipboard.write": { args: { text: string }; output: None };
  "window.close": { args: { keep: boolean; remember: boolean }; output: None };
  "clusters.list": { args: None; output: { rows: T.ClusterRow[] } };
  "clusters.get": { args: Cluster; output: T.ClusterDetail };
  "clusters.create_defaults": {
    args: None;
    output: { name: string; brokers: number; settings: T.DefaultSetting[] };
  };
  "clusters.check_name": { args: { name: string }; output: { problem: T.Text | null } };
  "clusters.create": {
    args: { name: string; brokers: number; port: number | null; sample: boolean };
    output: { cluster: string; operation: string };
  };
  "clusters.start": { args: Cluster; output: Op };
  "clusters.stop": { args: Cluster; output: Op };
  "clusters.delete": { args: Cluster & { confirm: string }; output: Op };
  "clusters.connect": {
    args: { name: string; bootstrap: string; read_only: boolean; production: boolean };
    output: { cluster: string };
  };
  "clusters.disconnect": { args: Cluster; output: None };
  "clusters.test": { args: { bootstrap: string }; output: { steps: T.TestStep[] } };
  "clusters.client_info": {
    args: Cluster;
    output: { bootstrap: string; container: string | null; snippets: T.Snippet[] };
  };
  "clusters.sample_start": { args: Cluster; output: Op };
  "clusters.sample_remove": { args: Cluster; output: Op };
  "operations.list": {
    args: { cluster: string | null; query: string; page: number; page_size: number };
    output: { total: number; rows: T.Operation[] };
  };
  "operations.get": { args: { id: string }; output: T.Operation };
  "topics.list": {
    args: Cluster & { internal: boolean } & T.ViewArgs;
    output: T.Page<T.TopicRow> & { internal_hidden: number };
  };
  "topics.page": {
    args: Cluster & { view: string; page: number };
    output: T.Page<T.TopicRow> & { internal_hidden: number };
  };
  "topics.refresh": { args: Cluster & { view: string; ids: string[] }; output: T.Refresh<T.TopicRow> };
  "topics.get": { args: Topic; output: T.TopicDetail };
  "topics.check_name": {
    args: Cluster & { name: string };
    output: { problem: T.Text | null; warning: T.Text | null };
  };
  "topics.create_defaults": {
    args: Cluster;
    output: { partitions: number; replication: number; brokers: number; configs: T.ConfigHelp[] };
  };
  "topics.create": {
    args: Cluster & {
      name: string;
      partitions: number;
      replication: number;
      configs: { name: string; value: string }[];
      dry_run: boolean;
    };
    output: { operation: string | null; command: string };
  };
  "topics.delete": {
    args: Cluster & { topics: string[]; confirm: string };
    output: { operation: string; results: { topic: string; error: T.ApiError | null }[] };
  };
  "topics.add_partitions": {
    args: Topic & { total: number; dry_run: boolean };
    output: { operation: string | null; command: string };
  };
  "topics.configs": { args: Topic; output: { rows: T.ConfigRow[] } };
  "topics.alter_configs": {
    args: Topic & { changes: { name: string; value: string | null }[]; dry_run: boolean };
    output: { operation: string | null; command: string; changes: T.ConfigChange[] };
  };
  "topics.partitions": {
    args: Topic & { page: number; page_size: number; sort: string; descending: boolean };
    output: { total: number; rows: T.PartitionRow[] };
  };
  "topics.consumers": { args: Topic; output: { rows: T.GroupRow[] } };
  "topics.produce": {
    args: Topic & {
      partition: number | null;
      key: T.Payload | null;
      value: T.Payload | null;
      headers: { name: string; value: T.Payload | null }[];
    };
    output: { partition: number; offset: T.I64; timestamp: T.I64 };
  };
  "messages.browse": {
    args: Topic & {
      partition: number | null;
      from: T.BrowseFrom;
      limit: number;
      before: string | null;
      contains: string;
    };
    output: T.Browse;
  };
  "messages.get": { args: Topic & { partition: number; offset: T.I64 }; output: T.MessageFull };
  "messages.tail.open": {
    args: Topic & { partition: number | null; contains: string };
    output: { stream: string };
  };
  "streams.next": { args: { id: string; max_rows: number; wait_ms: number }; output: T.StreamChunk };
  "streams.close": { args: { id: string }; output: None };
  "groups.list": { args: Cluster & T.ViewArgs; output: T.Page<T.GroupRow> };
  "groups.page": { args: Cluster & { view: string; page: number }; output: T.Page<T.GroupRow> };
  "groups.refresh": { args: Cluster & { view: string; ids: string[] }; output: T.Refresh<T.GroupRow> };
  "groups.get": { args: Cluster & { group: string }; output: T.GroupDetail };
  "groups.delete": { args: Cluster & { group: string; confirm: string }; output: Op };
  "brokers.list": {
    args: Cluster;
    output: { rows: T.BrokerRow[]; skew: number | null; warnings: T.Text[] };
  };
  "brokers.stop": { args: Cluster & { broker: number }; output: Op };
  "brokers.kill": { args: Cluster & { broker: number }; output: Op };
  "brokers.start": { args: Cluster & { broker: number }; output: Op };
  "palette.search": {
    args: { query: string; cluster: string | null; limit: number };
    output: { rows: T.PaletteRow[] };
  };
}

export type CommandName = keyof Commands;
export type Args<N extends CommandName> = Commands[N]["args"];
export type Output<N extends CommandName> = Commands[N]["output"];
