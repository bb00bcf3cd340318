// Texts of the core, in the catalogue's own languages; generated from weir-api/texts/*.json when it lands.
export const coreTexts: Record<string, { en: string; ko: string }> = {
  "ui.session_lost": {
    en: "This page is no longer connected to Weir. Run “weir serve” again and use the page it opens.",
    ko: "이 페이지는 더 이상 Weir에 연결되어 있지 않습니다. “weir serve”를 다시 실행하고 열리는 페이지를 사용하세요.",
  },
};
