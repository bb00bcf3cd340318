import { expect, it } from "vitest";
import { render } from "../../tests/render";
import { Command } from "./Command";

it("shows the command with the data folder where the core names it", async () => {
  const command = "weir topic config orders --set retention.ms=60000 --cluster shop";
  for (const home_flag of [null, "--home /data/weir"]) {
    const page = await render(<Command command={command} />, { "app.info": () => ({ home_flag }) });
    const shown = home_flag ? `${command} ${home_flag}` : command;
    expect(page.place.querySelector("code")?.textContent).toBe(shown);
    page.close();
  }
});
