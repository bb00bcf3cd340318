import { useState } from "react";
import { expect, it } from "vitest";
import { button, render } from "../../../../tests/render";
import type { HeaderLine } from "../produce/draft";
import { HeaderLines } from "../produce/HeaderLines";
import { ConfigLines } from "./ConfigLines";
import type { ConfigLine } from "./draft";

function Headers() {
  const [lines, setLines] = useState<HeaderLine[]>([]);
  return <HeaderLines lines={lines} problems={{}} onChange={setLines} />;
}

function Configs() {
  const [lines, setLines] = useState<ConfigLine[]>([]);
  return <ConfigLines lines={lines} help={[]} problems={{}} onChange={setLines} onBlur={() => undefined} />;
}

it.each([
  ["header", <Headers key="headers" />],
  ["configuration", <Configs key="configs" />],
])("a new %s line has the focus in its first field", async (what, lines) => {
  const page = await render(lines);
  for (let at = 0; at < 2; at++) {
    await page.after(() => button(page.place, `Add ${what}`).click());
    const line = page.place.querySelectorAll(".weir-config-line")[at];
    expect(line?.contains(document.activeElement)).toBe(true);
    expect(line?.querySelector("input, button")).toBe(document.activeElement);
  }
  page.close();
});
