import "./platform/locale";
import "@cloudscape-design/global-styles/index.css";
import "pretendard/dist/web/variable/pretendardvariable-dynamic-subset.css";
import "uplot/dist/uPlot.min.css";
import "./styles/base.css";
import "./styles/shell.css";
import "./styles/charts.css";
import "./styles/tables.css";
import "./styles/pages.css";
import "./styles/messages.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app/App";
import { Crash, CrashBoundary } from "./app/Crash";
import { loadSettings } from "./app/settings";
import { applyAppearance, applyBrand, rememberedAppearance } from "./app/theme";
import { choosePlatform } from "./platform";

async function start(root: HTMLElement): Promise<void> {
  const view = createRoot(root);
  applyBrand();
  applyAppearance(rememberedAppearance());
  try {
    const platform = await choosePlatform();
    const settings = await loadSettings(platform);
    applyAppearance(settings);
    view.render(
      <StrictMode>
        <CrashBoundary>
          <App platform={platform} settings={settings} />
        </CrashBoundary>
      </StrictMode>,
    );
  } catch (thrown) {
    view.render(<Crash thrown={thrown} />);
  }
}

const root = document.getElementById("root");
if (root) void start(root);
