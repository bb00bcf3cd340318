import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from "react";
import { createPortal } from "react-dom";

interface Open {
  header: string;
  onClose: () => void;
}
interface SplitState {
  open: Open | null;
  setOpen: (open: Open | null) => void;
  host: HTMLElement | null;
  setHost: (host: HTMLElement | null) => void;
}
const Context = createContext<SplitState | null>(null);

export function SplitProvider(props: { children: ReactNode }) {
  const [open, setOpen] = useState<Open | null>(null);
  const [host, setHost] = useState<HTMLElement | null>(null);
  const value = useMemo(() => ({ open, setOpen, host, setHost }), [open, host]);
  return <Context.Provider value={value}>{props.children}</Context.Provider>;
}

export function useSplit(): SplitState {
  const state = useContext(Context);
  if (!state) throw new Error("useSplit outside SplitProvider");
  return state;
}

/** A panel's head is text alone: a space of no width lets it break at a name's joints. */
const jointed = (name: string) => name.replace(/(?<=[._-])(?=[^._-])/g, "\u200b");

/** A page's detail, shown in the shell's one split panel; it keeps the page's contexts. */
export function SplitContent(props: { header: string; onClose: () => void; children: ReactNode }) {
  const { setOpen, host } = useSplit();
  const { header, onClose } = props;
  useEffect(() => {
    setOpen({ header: jointed(header), onClose });
  }, [setOpen, header, onClose]);
  useEffect(() => () => setOpen(null), [setOpen]);
  return host ? createPortal(props.children, host) : null;
}
