import { isWindow } from "./isWindow";

/** Starts afresh without a provider: the platform itself may be what failed. Of the window the core, too. */
export async function restartAnywhere(): Promise<void> {
  if (isWindow()) return (await import("./tauri")).tauri.restart();
  window.location.reload();
}
