import { createContext, type ReactNode, useCallback, useContext, useMemo, useRef, useState } from "react";
import type { Operation } from "~/contract/types";

export interface Flash {
  id: string;
  type: "success" | "error" | "warning" | "info" | "in-progress";
  content: ReactNode;
  /** Where "View" leads. */
  view?: string;
  action?: { text: ReactNode; run: () => void };
  bornAt: number;
}
export type NewFlash = Omit<Flash, "bornAt">;
interface Tracked {
  view?: string | undefined;
}

interface FlashState {
  flashes: Flash[];
  /** Operations that have a flash or wait for their first second. */
  operations: Record<string, Operation>;
  flash: (item: NewFlash) => void;
  dismiss: (id: string) => void;
  /** Follows an operation started here: silent for its first second, then progress, then its end. */
  track: (operation: string | null, tracked?: Tracked) => void;
  tracked: ReadonlyMap<string, Tracked>;
  onOperation: (operation: Operation) => void;
  /** Success flashes go on the next navigation. */
  onNavigate: () => void;
}

const Context = createContext<FlashState | null>(null);
const OPERATIONS_KEPT_MAX = 50;
/** A command that navigates away adds its flash just before: that navigation must not take it. */
const NAVIGATION_GRACE_MS = 1500;

function keepNewest(operations: Record<string, Operation>, next: Operation): Record<string, Operation> {
  const known = operations[next.id];
  // An answer that the news of the end has overtaken.
  if (known && known.state !== "running" && next.state === "running") return operations;
  const entries = Object.entries({ ...operations, [next.id]: next });
  return Object.fromEntries(entries.slice(-OPERATIONS_KEPT_MAX));
}

export function FlashProvider(props: { children: ReactNode }) {
  const [flashes, setFlashes] = useState<Flash[]>([]);
  const [operations, setOperations] = useState<Record<string, Operation>>({});
  const [tracked, setTracked] = useState<ReadonlyMap<string, Tracked>>(new Map());
  const dismissed = useRef(new Set<string>());

  const flash = useCallback((item: NewFlash) => {
    const full = { ...item, bornAt: Date.now() };
    setFlashes((all) => [full, ...all.filter((each) => each.id !== item.id)].slice(0, 20));
  }, []);
  const dismiss = useCallback((id: string) => {
    dismissed.current.add(id);
    setFlashes((all) => all.filter((each) => each.id !== id));
    setTracked((all) => new Map([...all].filter(([key]) => key !== id)));
  }, []);
  const track = useCallback((operation: string | null, how: Tracked = {}) => {
    if (operation) setTracked((all) => new Map([[operation, how], ...all]));
  }, []);
  const onOperation = useCallback(
    (operation: Operation) => setOperations((all) => keepNewest(all, operation)),
    [],
  );
  const onNavigate = useCallback(() => {
    const before = Date.now() - NAVIGATION_GRACE_MS;
    setFlashes((all) => all.filter((each) => each.type !== "success" || each.bornAt > before));
    setOperations((all) => {
      const gone = Object.values(all).filter(
        (each) => each.state === "done" && Number(each.ended_at ?? 0) < before,
      );
      if (gone.length === 0) return all;
      const ids = new Set(gone.map((each) => each.id));
      setTracked((now) => new Map([...now].filter(([key]) => !ids.has(key))));
      return all;
    });
  }, []);

  const value = useMemo(
    () => ({ flashes, operations, tracked, flash, dismiss, track, onOperation, onNavigate }),
    [flashes, operations, tracked, flash, dismiss, track, onOperation, onNavigate],
  );
  return <Context.Provider value={value}>{props.children}</Context.Provider>;
}

export function useFlash(): FlashState {
  const state = useContext(Context);
  if (!state) throw new Error("useFlash outside FlashProvider");
  return state;
}
