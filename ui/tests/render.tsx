import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, type ReactNode } from "react";
import { createRoot } from "react-dom/client";
import { createMemoryRouter, RouterProvider } from "react-router";
import { vi } from "vitest";
import { type Platform, PlatformProvider } from "~/platform";
import { FlashProvider } from "~/shared/flash";

interface Rendered {
  place: HTMLElement;
  /** Does something and waits until what follows from it is on the page. */
  after: (run: () => void) => Promise<void>;
  close: () => void;
}

/** Answers of a core by command; what is not among them never comes. */
export type Answers = Record<string, (args: Record<string, unknown>) => unknown>;

export function platformOf(answers: Answers): Platform {
  const call = async (name: string, args: Record<string, unknown>) =>
    answers[name] ? answers[name](args) : new Promise(() => undefined);
  return {
    host: "mock",
    call,
    copy: async () => undefined,
    openLink() {},
    restart() {},
  } as unknown as Platform;
}

/** A page or a part of one, at an address of ours, with what the shell puts around it. */
export async function render(
  element: ReactNode,
  answers: Answers = {},
  at = "/",
  path = "*",
): Promise<Rendered> {
  vi.stubGlobal("IS_REACT_ACT_ENVIRONMENT", true);
  const router = createMemoryRouter([{ path, element }], { initialEntries: [at] });
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  const place = document.createElement("div");
  document.body.append(place);
  const root = createRoot(place);
  const settled = () => act(async () => new Promise((resolve) => setTimeout(resolve, 20)));
  await act(async () =>
    root.render(
      <PlatformProvider platform={platformOf(answers)}>
        <QueryClientProvider client={client}>
          <FlashProvider>
            <RouterProvider router={router} />
          </FlashProvider>
        </QueryClientProvider>
      </PlatformProvider>,
    ),
  );
  await settled();
  return {
    place,
    after: async (run) => {
      await act(async () => run());
      await settled();
    },
    close: () => {
      act(() => root.unmount());
      place.remove();
    },
  };
}

/** The button, link or tab that reads or is called so. */
export function button(place: ParentNode, name: string): HTMLElement {
  const all = [...place.querySelectorAll<HTMLElement>("button, a, [role=tab], [role=radio]")];
  const found = all.find((each) => (each.getAttribute("aria-label") ?? each.textContent?.trim()) === name);
  if (!found) throw new Error(`no button "${name}" among ${all.map((each) => each.textContent).join(", ")}`);
  return found;
}
