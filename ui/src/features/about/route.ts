import { defineFeature } from "~/shared/feature";
import { paths } from "~/shared/paths";
import { texts } from "./texts";

export default defineFeature({
  area: "about",
  pages: [
    {
      path: "/about",
      title: texts.title,
      parents: [],
      contentType: "default",
      load: () => import("./AboutPage"),
    },
  ],
  nav: [{ scope: "end", text: texts.title, path: "/about", order: 90 }],
  actions: [
    {
      id: "about",
      text: texts.heading,
      keywords: "version logs licence 버전 로그",
      needs: [],
      href: () => paths.about,
    },
  ],
});
