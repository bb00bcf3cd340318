import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

/**
 * Scripts as ASCII: one Hangul letter makes the web view keep all text of a script in two bytes a letter, and read it
 * so. An escape means the same in strings, templates and regular expressions alike.
 */
const ascii: Plugin = {
  name: "ascii",
  generateBundle(_options, bundle) {
    for (const file of Object.values(bundle))
      if (file.type === "chunk")
        file.code = file.code.replace(
          /[^\0-\x7f]/g,
          (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
        );
  },
};

/** Cloudscape's own font, 180 kB inside its style sheet: nothing here is set in it. */
const withoutOpenSans: Plugin = {
  name: "without-open-sans",
  enforce: "pre",
  transform(code, id) {
    if (!/@cloudscape-design\/global-styles\/.*\.css/.test(id)) return null;
    return code.replace(/@font-face\s*\{[^}]*Open Sans[^}]*\}/g, "");
  },
};

// `--mode mock` builds the same bundle with the mock platform, to look at screens without a core.
// The product bundle (mode "production") never contains it: the import is behind a constant.
export default defineConfig(({ mode }) => ({
  plugins: [react(), ascii, withoutOpenSans],
  resolve: {
    alias: {
      "~": fileURLToPath(new URL("./src", import.meta.url)),
      // The names of design tokens end in a hash that differs from build to build of Cloudscape, and the package
      // `design-tokens` is never of the same build as `components`. So the names come from `components` itself.
      "cloudscape-tokens": fileURLToPath(
        new URL(
          "./node_modules/@cloudscape-design/components/internal/generated/styles/tokens.js",
          import.meta.url,
        ),
      ),
    },
  },
  define: { __MOCK__: JSON.stringify(mode === "mock" || mode === "development") },
  clearScreen: false,
  server: { port: 21700, strictPort: true },
  build: {
    outDir: mode === "mock" ? "node_modules/.cache/dist-mock" : "dist",
    emptyOutDir: true,
    target: "es2022",
    chunkSizeWarningLimit: 2500,
    // Fonts stay files: inlined they would be parsed with the style sheet on every start.
    assetsInlineLimit: 2048,
  },
  test: {
    environment: "jsdom",
    include: ["src/**/*.test.{ts,tsx}", "tests/**/*.test.{ts,tsx}"],
    setupFiles: ["tests/setup.ts"],
    server: { deps: { inline: [/@cloudscape-design/] } },
  },
}));
