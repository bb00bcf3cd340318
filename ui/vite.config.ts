import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

// `--mode mock` builds the same bundle with the mock platform, to look at screens without a core.
// The product bundle (mode "production") never contains it: the import is behind a constant.
export default defineConfig(({ mode }) => ({
  plugins: [react()],
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
