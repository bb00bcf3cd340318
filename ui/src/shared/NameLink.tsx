import type { ReactNode } from "react";
import { useCellFocus } from "./table/cellFocus";

/** Every name links. A plain anchor: the shell routes it, and a table of 100 costs nothing. */
export function NameLink(props: { href: string; children: ReactNode }) {
  const focus = useCellFocus<HTMLAnchorElement>();
  return (
    <a className="weir-link" href={props.href} {...focus}>
      {props.children}
    </a>
  );
}
