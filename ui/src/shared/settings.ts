import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { Settings } from "~/contract/types";
import { type CallError, usePlatform } from "~/platform";
import { tag, useCall } from "./api";

const KEY = ["settings.get", {}];
export const DEFAULTS: Settings = {
  theme: "system",
  density: "comfortable",
  language: "system",
  time_zone: "local",
  on_close: "ask",
  letter_keys: true,
  start_stopped_after_reboot: false,
};

export function useSettings(): Settings {
  return useCall("settings.get", {}, { tags: [tag.settings] }).data ?? DEFAULTS;
}

/** Saved at once; on screen before the core has answered, and taken back if it refuses. */
export function useSetSettings() {
  const platform = usePlatform();
  const client = useQueryClient();
  return useMutation<Settings, CallError, Partial<Settings>, Settings | undefined>({
    mutationFn: (patch) => platform.call("settings.set", { patch }),
    onMutate: (patch) => {
      const before = client.getQueryData<Settings>(KEY);
      client.setQueryData<Settings>(KEY, { ...(before ?? DEFAULTS), ...patch });
      return before;
    },
    onError: (_error, _patch, before) => client.setQueryData(KEY, before),
    onSuccess: (settings) => client.setQueryData(KEY, settings),
  });
}
