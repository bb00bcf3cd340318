// A core for looking at screens without a core; never in the product bundle (see vite.config.ts).
import type { Args, CommandName, Output } from "~/contract/commands";
import { CallError, type Platform } from "../types";
import { text } from "./data";
import { handlers } from "./handlers";

async function call<N extends CommandName>(name: N, args: Args<N>, signal?: AbortSignal): Promise<Output<N>> {
  const handler = handlers[name];
  if (!handler)
    throw new CallError({
      text: text(`mock has no ${name}`),
      hint: null,
      kind: "internal",
      outcome: null,
      field: null,
      detail: null,
    });
  return (await handler(args as never, signal)) as Output<N>;
}

export const mock: Platform = {
  host: "mock",
  call,
  copy: async () => undefined,
  openLink: () => undefined,
  restart: () => window.location.reload(),
};
