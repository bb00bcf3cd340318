// The command table, generated from weir-api; a command that is not there does not compile.
import type { CommandName, Commands } from "~/generated/commands";

export type { CommandName } from "~/generated/commands";
export type Args<N extends CommandName> = Commands[N]["args"];
export type Output<N extends CommandName> = Commands[N]["output"];
