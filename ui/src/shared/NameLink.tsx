import type { ReactNode } from "react";

/** Every name links. A plain anchor: the shell routes it, and a table of 100 costs nothing. */
export function NameLink(props: { href: string; children: ReactNode }) {
  return (
    <a className="weir-link" href={props.href}>
      {props.children}
    </a>
  );
}
