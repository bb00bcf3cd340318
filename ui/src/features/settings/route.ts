import { defineFeature } from "~/shared/feature";
import { paths } from "~/shared/paths";
import { settingsHelp } from "./help";
import { texts } from "./texts";

export default defineFeature({
  area: "settings",
  pages: [
    {
      path: "/settings",
      title: texts.title,
      parents: [],
      contentType: "form",
      load: () => import("./SettingsPage"),
      help: settingsHelp,
    },
  ],
  nav: [{ scope: "end", text: texts.title, path: "/settings", order: 80 }],
  actions: [
    {
      id: "settings",
      text: texts.title,
      keywords: "theme dark light compact language korean utc 테마 언어 밀도",
      needs: [],
      href: () => paths.settings,
    },
  ],
});
