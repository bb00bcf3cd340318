import { createContext, type ReactNode, useContext } from "react";
import { http, openSession } from "./http";
import { isWindow } from "./isWindow";
import type { Platform } from "./types";

export { CallError, CoreGone, type Platform } from "./types";

/** True only in development and mock builds; the product bundle drops the branch. */
declare const __MOCK__: boolean;

/** Chooses the host once, before anything is drawn. */
export async function choosePlatform(): Promise<Platform> {
  if (__MOCK__) {
    const { mock } = await import("./mock");
    return mock;
  }
  if (isWindow()) return (await import("./tauri")).tauri;
  await openSession().catch(() => undefined);
  return http;
}

const Context = createContext<Platform | null>(null);

export function PlatformProvider(props: { platform: Platform; children: ReactNode }) {
  return <Context.Provider value={props.platform}>{props.children}</Context.Provider>;
}

export function usePlatform(): Platform {
  const platform = useContext(Context);
  if (!platform) throw new Error("usePlatform outside PlatformProvider");
  return platform;
}
