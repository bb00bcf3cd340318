import type { Args, CommandName, Output } from "~/contract/commands";
import type { ApiError } from "~/contract/types";

/** Everything the UI asks of its host; the window and `weir serve` differ in nothing else. */
export interface Platform {
  readonly host: "window" | "serve" | "mock";
  call<N extends CommandName>(name: N, args: Args<N>, signal?: AbortSignal): Promise<Output<N>>;
  /** Resolves only when the text is known to be on the clipboard. */
  copy(text: string): Promise<void>;
  openLink(url: string): void;
  /** Starts the interface (and in the window the core) afresh. */
  restart(): void;
}

/** A failed command. Never matched by its words: consumers branch on `error.kind`. */
export class CallError extends Error {
  readonly error: ApiError;
  constructor(error: ApiError) {
    super(error.detail ?? error.text.id);
    this.name = "CallError";
    this.error = error;
  }
}

/** The host itself did not answer: the core is gone, not the cluster. */
export class CoreGone extends Error {
  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause));
    this.name = "CoreGone";
  }
}

export function isApiError(value: unknown): value is ApiError {
  return typeof value === "object" && value !== null && "text" in value && "outcome" in value;
}
