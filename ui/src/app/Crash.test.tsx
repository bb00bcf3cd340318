import { expect, it } from "vitest";
import { CallError, CoreGone } from "~/platform";
import { render } from "../../tests/render";
import { Crash } from "./Crash";

const lost = new CallError({
  text: { id: "ui.session_lost" as never, args: {} },
  hint: null,
  kind: "session",
  outcome: "not_done",
  field: null,
  detail: "HTTP 401",
});

it("a page without a session says what to do, and offers nothing that cannot help", async () => {
  const page = await render(<Crash thrown={lost} />);
  expect(page.place.textContent).toContain("Run weir serve again");
  expect(page.place.querySelectorAll("button, pre")).toHaveLength(0);
  page.close();
});

it("a fault of ours can be reported, and the page begun anew", async () => {
  for (const thrown of [new Error("broken"), new CoreGone("refused")]) {
    const page = await render(<Crash thrown={thrown} />);
    expect(page.place.querySelectorAll("button")).toHaveLength(2);
    expect(page.place.querySelector("pre")?.textContent).toContain(thrown.message);
    page.close();
  }
});
