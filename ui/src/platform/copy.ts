import { http } from "./http";
import { isWindow } from "./isWindow";

/** Copies without a provider: the platform itself may be what failed. */
export async function copyAnywhere(text: string): Promise<void> {
  if (isWindow()) return (await import("./tauri")).tauri.copy(text);
  return http.copy(text);
}
