import { useT } from "~/shared/text";
import { texts } from "./texts";

export function ViewAll(props: { href: string; what: string }) {
  const t = useT();
  return (
    <a className="weir-link" href={props.href} aria-label={t(texts.viewAllOf, { what: props.what })}>
      {t(texts.viewAll)}
    </a>
  );
}
