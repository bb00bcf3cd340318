import { act } from "react";
import { afterEach, expect, it, vi } from "vitest";
import { render } from "../../tests/render";
import { ProductionBand } from "./ProductionBand";
import { SideNav } from "./SideNav";

afterEach(() => vi.useRealTimers());

it("an open cluster that another process renames gets its new name everywhere", async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  let name = "staging";
  const shell = (
    <>
      <SideNav />
      <ProductionBand cluster="c1" />
    </>
  );
  const answers = { "clusters.get": () => ({ id: "c1", name, production: true }) };
  const page = await render(shell, answers, "/c/c1", "/c/:cluster");
  expect(page.place.textContent).toContain("Production cluster staging");
  name = "stage";
  await act(() => vi.advanceTimersByTimeAsync(16_000));
  expect(page.place.textContent).toContain("Production cluster stage:");
  expect(page.place.textContent).not.toContain("staging");
  page.close();
});
