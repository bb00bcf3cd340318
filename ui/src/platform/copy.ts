import { http } from "./http";

/** Copies without a provider: the platform itself may be what failed. */
export async function copyAnywhere(text: string): Promise<void> {
  if ("__TAURI_INTERNALS__" in window) return (await import("./tauri")).tauri.copy(text);
  return http.copy(text);
}
