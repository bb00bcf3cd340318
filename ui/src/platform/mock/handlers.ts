import type { Args, CommandName, Output } from "~/generated/commands";
import type { Settings } from "~/generated/types";
import { DEFAULTS } from "~/shared/settings";

export type Handler<N extends CommandName> = (
  args: Args<N>,
  signal?: AbortSignal,
) => Output<N> | Promise<Output<N>>;
export type Handlers = { [N in CommandName]?: Handler<N> };

const asked = new URLSearchParams(window.location.search);
let settings: Settings = {
  ...DEFAULTS,
  theme: (asked.get("theme") ?? "light") as Settings["theme"],
  language: (asked.get("lang") ?? "en") as Settings["language"],
  density: (asked.get("density") ?? "comfortable") as Settings["density"],
};

export const handlers: Handlers = {
  "settings.get": () => settings,
  "settings.set": ({ patch }) => {
    settings = { ...settings, ...patch };
    return settings;
  },
  "app.info": () => ({
    version: "0.1.0",
    home: "/home/mina/.local/share/weir",
    logs: "/home/mina/.local/share/weir/logs",
    data_folder: "/home/mina/.local/share/weir",
    engine_path: "/usr/lib/weir/weir-broker",
    os: "Debian GNU/Linux 13, x86_64",
    third_party: "tokio MIT\nreact MIT\n@cloudscape-design/components Apache-2.0\npretendard OFL-1.1",
    started_at: String(Date.now() - 4_000_000),
    host: "window",
  }),
  "events.next": (_args, signal) =>
    new Promise((resolve) => {
      const timer = setTimeout(() => resolve({ seq: "1", invalidated: [], operations: [] }), 15_000);
      signal?.addEventListener("abort", () => clearTimeout(timer));
    }),
  "clusters.list": () => ({ rows: [] }),
  "operations.list": () => ({ total: 0, rows: [] }),
  "palette.search": () => ({ rows: [] }),
};
