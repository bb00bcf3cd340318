import { expect, it } from "vitest";
import type { Settings } from "~/contract/types";
import { useFlash } from "~/shared/flash";
import { DEFAULTS } from "~/shared/settings";
import { button, render } from "../../../tests/render";
import SettingsPage from "./SettingsPage";
import { matching, SECTIONS } from "./sections";

const keysFor = (query: string) =>
  matching(SECTIONS, query).flatMap(({ settings }) => settings.map(({ key }) => key));

it("finds settings by what they say, in either language, and by their section", () => {
  expect(keysFor("dark")).toEqual(["theme"]);
  expect(keysFor("밀도")).toEqual(["density"]);
  expect(keysFor("window closes")).toEqual(["on_close"]);
  expect(keysFor("appearance")).toEqual(["theme", "density"]);
  expect(keysFor("nothing of the kind")).toEqual([]);
  expect(keysFor("")).toHaveLength(8);
});

function Notices() {
  const { flashes } = useFlash();
  return flashes.map(({ id, content, action }) => (
    <p key={id}>
      {content}
      <button type="button" onClick={action?.run}>
        {action?.text}
      </button>
    </p>
  ));
}

it("says what was changed, and takes it back", async () => {
  let kept: Settings = DEFAULTS;
  const page = await render(
    <>
      <Notices />
      <SettingsPage />
    </>,
    {
      "settings.get": () => kept,
      "settings.set": ({ patch }) => {
        kept = { ...kept, ...(patch as Partial<Settings>) };
        return kept;
      },
    },
    "/settings",
  );
  await page.after(() => button(page.place, "Dark").click());
  expect(kept.theme).toBe("dark");
  expect(page.place.textContent).toContain("Theme: Dark. Saved.");
  await page.after(() => button(page.place, "Undo").click());
  expect(kept.theme).toBe("system");
  expect(page.place.textContent).not.toContain("Saved.");
  page.close();
});

it("shows only what is looked for", async () => {
  const page = await render(<SettingsPage />, { "settings.get": () => DEFAULTS }, "/settings?q=utc");
  expect([...page.place.querySelectorAll("h2")].map((each) => each.textContent)).toEqual([
    "Language and time",
  ]);
  page.close();
});
