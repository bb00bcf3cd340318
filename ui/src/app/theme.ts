import { applyDensity, applyMode, Density, Mode } from "@cloudscape-design/global-styles";
import * as tokens from "cloudscape-tokens";
import type { Settings } from "~/contract/types";

export type Appearance = Pick<Settings, "theme" | "density">;

const THEME = "weir.theme";
const DENSITY = "weir.density";
const dark = window.matchMedia("(prefers-color-scheme: dark)");

/** Tokens that our own style sheet and charts use, as custom properties of the body. */
const OWN = {
  container: tokens.colorBackgroundContainerContent,
  layout: tokens.colorBackgroundLayoutMain,
  border: tokens.colorBorderDividerDefault,
  "border-soft": tokens.colorBorderDividerSecondary,
  text: tokens.colorTextBodyDefault,
  "text-soft": tokens.colorTextBodySecondary,
  heading: tokens.colorTextHeadingDefault,
  link: tokens.colorTextLinkDefault,
  accent: tokens.colorTextAccent,
  hover: tokens.colorBackgroundDropdownItemHover,
  selected: tokens.colorBackgroundItemSelected,
  "selected-border": tokens.colorBorderItemSelected,
  focus: tokens.colorBorderItemFocused,
  success: tokens.colorTextStatusSuccess,
  warning: tokens.colorTextStatusWarning,
  error: tokens.colorTextStatusError,
  info: tokens.colorTextStatusInfo,
  inactive: tokens.colorTextStatusInactive,
  input: tokens.colorBackgroundInputDefault,
  font: tokens.fontFamilyBase,
  mono: 'ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", "Liberation Mono", monospace',
  radius: tokens.borderRadiusContainer,
  threshold: tokens.colorChartsThresholdNegative,
  "chart-1": tokens.colorChartsPaletteCategorical1,
  "chart-2": tokens.colorChartsPaletteCategorical2,
  "chart-3": tokens.colorChartsPaletteCategorical3,
  "chart-4": tokens.colorChartsPaletteCategorical4,
  "chart-5": tokens.colorChartsPaletteCategorical5,
  "chart-6": tokens.colorChartsPaletteCategorical6,
  "chart-7": tokens.colorChartsPaletteCategorical7,
  "chart-8": tokens.colorChartsPaletteCategorical8,
};

// Open Sans has no Hangul; Pretendard has both, so a mixed line keeps one voice.
const FONTS = '"Pretendard Variable", Pretendard, "Noto Sans KR", system-ui, sans-serif';

/**
 * Gives a token that is one custom property (`var(--name, fallback)`) another value. This is all that Cloudscape's
 * `applyTheme` would do here; with it comes the definition of every token, a third of the bundle.
 */
function setToken(token: string, value: string): void {
  const name = /^var\((--[\w-]+)/.exec(token)?.[1];
  if (name) document.body.style.setProperty(name, value);
}

export function applyBrand(): void {
  setToken(tokens.fontFamilyBase, FONTS);
  for (const [name, value] of Object.entries(OWN)) document.body.style.setProperty(`--weir-${name}`, value);
}

let current: Appearance = { theme: "system", density: "comfortable" };

function show(): void {
  const isDark = current.theme === "dark" || (current.theme === "system" && dark.matches);
  applyMode(isDark ? Mode.Dark : Mode.Light);
  applyDensity(current.density === "compact" ? Density.Compact : Density.Comfortable);
  document.documentElement.classList.toggle("weir-dark", isDark);
  window.dispatchEvent(new Event("weir:theme"));
}

export function applyAppearance(appearance: Appearance): void {
  current = appearance;
  try {
    localStorage.setItem(THEME, appearance.theme);
    localStorage.setItem(DENSITY, appearance.density);
  } catch {
    // Only the first paint of the next start is the poorer for it.
  }
  show();
}

/** What the last start showed, until the core has answered with the settings. */
export function rememberedAppearance(): Appearance {
  try {
    const theme = localStorage.getItem(THEME);
    const density = localStorage.getItem(DENSITY);
    return {
      theme: theme === "dark" || theme === "light" ? theme : "system",
      density: density === "compact" ? "compact" : "comfortable",
    };
  } catch {
    return current;
  }
}

dark.addEventListener("change", show);
