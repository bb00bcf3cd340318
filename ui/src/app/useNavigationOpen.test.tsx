import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { button, render } from "../../tests/render";
import { useNavigationOpen } from "./useNavigationOpen";

function Navigation() {
  const [open, set] = useNavigationOpen();
  return (
    <button type="button" onClick={() => set(!open)}>
      {open ? "open" : "closed"}
    </button>
  );
}

function resizeTo(width: number) {
  vi.stubGlobal("innerWidth", width);
  window.dispatchEvent(new Event("resize"));
}

beforeEach(() => localStorage.clear());
afterEach(() => vi.unstubAllGlobals());

it("is open again in a window that was small once", async () => {
  vi.stubGlobal("innerWidth", 1400);
  const page = await render(<Navigation />);
  expect(page.place.textContent).toBe("open");
  await page.after(() => resizeTo(800));
  expect(page.place.textContent).toBe("closed");
  await page.after(() => button(page.place, "closed").click());
  expect(page.place.textContent).toBe("open");
  await page.after(() => button(page.place, "open").click());
  await page.after(() => resizeTo(1400));
  expect(page.place.textContent).toBe("open");
  page.close();
});

it("stays closed where a person closed it with room for it", async () => {
  vi.stubGlobal("innerWidth", 1400);
  const page = await render(<Navigation />);
  await page.after(() => button(page.place, "open").click());
  await page.after(() => resizeTo(800));
  await page.after(() => resizeTo(1400));
  expect(page.place.textContent).toBe("closed");
  page.close();
});
