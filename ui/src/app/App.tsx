import { I18nProvider } from "@cloudscape-design/components/i18n";
import en from "@cloudscape-design/components/i18n/messages/all.en";
import ko from "@cloudscape-design/components/i18n/messages/all.ko";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import { RouterProvider } from "react-router";
import type { Settings } from "~/contract/types";
import { CallError, type Platform, PlatformProvider } from "~/platform";
import { FlashProvider } from "~/shared/flash";
import { useSettings } from "~/shared/settings";
import { LanguageProvider } from "~/shared/text";
import { ZoneProvider } from "~/shared/time";
import { makeRouter } from "./router";
import { languageOf } from "./settings";
import { applyAppearance } from "./theme";

/** Queries live by the core's invalidations, not by age; only a lost host is worth asking again. */
function makeClient(settings: Settings): QueryClient {
  const client = new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 30_000,
        gcTime: 120_000,
        refetchOnWindowFocus: false,
        retry: (failures, error) => !(error instanceof CallError) && failures < 2,
      },
    },
  });
  client.setQueryData(["settings.get", {}], settings);
  return client;
}

export function App(props: { platform: Platform; settings: Settings }) {
  // biome-ignore lint/correctness/useExhaustiveDependencies: the client lives as long as the page.
  const client = useMemo(() => makeClient(props.settings), []);
  return (
    <PlatformProvider platform={props.platform}>
      <QueryClientProvider client={client}>
        <Localized />
      </QueryClientProvider>
    </PlatformProvider>
  );
}

function Localized() {
  const settings = useSettings();
  const language = languageOf(settings);
  const router = useMemo(makeRouter, []);
  useEffect(() => applyAppearance(settings), [settings]);
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  return (
    <I18nProvider locale={language} messages={[language === "ko" ? ko : en]}>
      <LanguageProvider language={language}>
        <ZoneProvider zone={settings.time_zone}>
          <FlashProvider>
            <RouterProvider router={router} />
          </FlashProvider>
        </ZoneProvider>
      </LanguageProvider>
    </I18nProvider>
  );
}
