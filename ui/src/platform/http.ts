import type { Args, CommandName, Output } from "~/contract/commands";
import type { ApiError } from "~/contract/types";
import { CallError, CoreGone, isApiError, type Platform } from "./types";

const TOKEN = "weir.token";

/** Trades the one-time code of `#code=...` for a bearer, and takes the code out of the address. */
export async function openSession(): Promise<void> {
  const code = new URLSearchParams(window.location.hash.slice(1)).get("code");
  if (!code) return;
  history.replaceState(null, "", window.location.pathname + window.location.search);
  const answer = await fetch("/api/session", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ code }),
  });
  // A replayed or old code is refused; a bearer from before may still hold.
  if (!answer.ok) return;
  const { token } = (await answer.json()) as { token: string };
  localStorage.setItem(TOKEN, token);
}

async function call<N extends CommandName>(name: N, args: Args<N>, signal?: AbortSignal): Promise<Output<N>> {
  let answer: Response;
  try {
    answer = await fetch(`/api/call/${name}`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        authorization: `Bearer ${localStorage.getItem(TOKEN) ?? ""}`,
      },
      body: JSON.stringify(args),
      signal: signal ?? null,
    });
  } catch (thrown) {
    if (signal?.aborted) throw thrown;
    throw new CoreGone(thrown);
  }
  return read(answer);
}

async function read<T>(answer: Response): Promise<T> {
  const body: unknown = await answer.json().catch(() => null);
  // Something else than Weir may answer on its port by now.
  if (answer.ok && body !== null) return body as T;
  if (isApiError(body)) throw new CallError(body);
  if (answer.status === 401 || answer.status === 403) throw new CallError(sessionLost(answer.status));
  throw new CoreGone(`HTTP ${answer.status}`);
}

function sessionLost(status: number): ApiError {
  return {
    // The core cannot be asked for its words, so the interface has them (shared/text.tsx).
    text: { id: "ui.session_lost" as ApiError["text"]["id"], args: {} },
    hint: null,
    kind: "session",
    outcome: "not_done",
    field: null,
    detail: `HTTP ${status}`,
  };
}

async function copy(text: string): Promise<void> {
  await navigator.clipboard.writeText(text);
}

export const http: Platform = {
  host: "serve",
  call,
  copy,
  openLink: (url) => void window.open(url, "_blank", "noopener,noreferrer"),
  restart: () => window.location.reload(),
};
