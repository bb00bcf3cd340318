import { Children, Fragment, type ReactNode } from "react";
import { useFolded } from "./foldName";
import { useCellFocus } from "./table/cellFocus";

/** A name that may break after its dots, dashes and underscores, before it has to break inside a word. */
export function breakable(name: string): ReactNode {
  const parts = name.split(/(?<=[._-])(?=[^._-])/);
  // biome-ignore lint/suspicious/noArrayIndexKey: parts of a name never move.
  return parts.map((part, at) => <Fragment key={at}>{at === 0 ? part : [<wbr key="may" />, part]}</Fragment>);
}

/** Every name links. A plain anchor: the shell routes it, and a table of 100 costs nothing. */
export function NameLink(props: { href: string; children: ReactNode }) {
  const focus = useCellFocus<HTMLAnchorElement>();
  return (
    <a className="weir-link" href={props.href} {...focus}>
      {Children.map(props.children, (child) => (typeof child === "string" ? breakable(child) : child))}
    </a>
  );
}

/** The name of a row: at most two lines of it, so that a list stays a list; whole on hover and for who hears it. */
export function RowName(props: { href: string; name: string }) {
  const { name } = props;
  const focus = useCellFocus<HTMLAnchorElement>();
  const { node, folded } = useFolded<HTMLSpanElement>(name);
  const whole = folded ? { title: name, "aria-label": name } : {};
  return (
    <span ref={node} className={folded ? "weir-row-name" : undefined}>
      <a className="weir-link" href={props.href} {...whole} {...focus}>
        {folded ? (
          <>
            {folded[0]}
            <br />
            {folded[1]}
          </>
        ) : (
          breakable(name)
        )}
      </a>
    </span>
  );
}
