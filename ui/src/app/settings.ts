import type { Settings } from "~/contract/types";
import type { Platform } from "~/platform";
import type { Language } from "~/shared/text";

export function loadSettings(platform: Platform): Promise<Settings> {
  return platform.call("settings.get", {});
}

export function languageOf(settings: Settings): Language {
  if (settings.language !== "system") return settings.language;
  return navigator.language.toLowerCase().startsWith("ko") ? "ko" : "en";
}
