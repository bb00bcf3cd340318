import { invoke } from "@tauri-apps/api/core";
import type { Args, CommandName, Output } from "~/contract/commands";
import { CallError, CoreGone, isApiError, type Platform } from "./types";

async function call<N extends CommandName>(name: N, args: Args<N>): Promise<Output<N>> {
  try {
    return await invoke<Output<N>>("call", { name, args });
  } catch (thrown) {
    if (isApiError(thrown)) throw new CallError(thrown);
    throw new CoreGone(thrown);
  }
}

export const tauri: Platform = {
  host: "window",
  call,
  // WebKitGTK rejects the asynchronous clipboard, so the host writes it.
  copy: (text) => call("clipboard.write", { text }).then(() => undefined),
  openLink: (url) => void call("open.link", { url }).catch(() => undefined),
  // Where not even that is answered, the page at least.
  restart: () => void call("window.restart", {}).catch(() => window.location.reload()),
};
