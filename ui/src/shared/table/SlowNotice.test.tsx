import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act } from "react";
import { createRoot } from "react-dom/client";
import { createMemoryRouter, RouterProvider } from "react-router";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { ClusterDetail, Text } from "~/contract/types";
import { type Platform, PlatformProvider } from "~/platform";
import { button, render } from "../../../tests/render";
import { SlowNotice, silentBrokers } from "./SlowNotice";

const silent = (broker: number): Text => ({ id: "warning.broker_silent", args: { broker: String(broker) } });
const offline: Text = { id: "warning.offline", args: { count: 2 } };

/** What the notice says on a page at `path`, of a cluster with these warnings. */
async function said(path: string, warnings: Text[]): Promise<string> {
  const detail = { name: "shop", bootstrap: "localhost:9092", warnings } as ClusterDetail;
  const platform = { host: "mock", call: async () => detail } as unknown as Platform;
  const routes = ["/clusters", "/c/:cluster/topics"].map((each) => ({ path: each, element: <SlowNotice /> }));
  const router = createMemoryRouter(routes, { initialEntries: [path] });
  const place = document.createElement("div");
  const root = createRoot(place);
  const page = (
    <PlatformProvider platform={platform}>
      <QueryClientProvider client={new QueryClient()}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </PlatformProvider>
  );
  await act(async () => root.render(page));
  await act(async () => new Promise((resolve) => setTimeout(resolve)));
  const text = place.textContent ?? "";
  act(() => root.unmount());
  return text;
}

describe("a table that waits", () => {
  beforeEach(() => vi.stubGlobal("IS_REACT_ACT_ENVIRONMENT", true));

  it("names the brokers that do not answer", async () => {
    expect(silentBrokers([offline, silent(2), silent(3)])).toEqual(["2", "3"]);
    expect(await said("/c/shop/topics", [offline, silent(3)])).toContain(
      "Still waiting: broker 3 does not answer.",
    );
    expect(await said("/c/shop/topics", [silent(2), silent(3)])).toContain(
      "Still waiting: brokers 2, 3 do not answer.",
    );
  });
  it("names the cluster where no broker is known to be silent", async () => {
    const text = await said("/c/shop/topics", [offline]);
    expect(text).toContain("shop is asked at localhost:9092");
  });
  it("says since when, and asks anew", async () => {
    const retry = vi.fn();
    const page = await render(<SlowNotice onRetry={retry} />);
    expect(page.place.textContent).toContain("Asked 5 s ago");
    await page.after(() => button(page.place, "Retry").click());
    expect(retry).toHaveBeenCalledTimes(1);
    expect(page.place.textContent).toContain("Asked now");
    page.close();
  });
  it("says what to expect where the table is not about one cluster", async () => {
    expect(await said("/clusters", [silent(3)])).toContain("No answer for some seconds");
  });
});
