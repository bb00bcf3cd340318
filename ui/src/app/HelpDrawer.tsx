import HelpPanel from "@cloudscape-design/components/help-panel";
import type { Help } from "~/shared/help";
import { useT } from "~/shared/text";

/** The open page explained; the shell's drawer. */
export function HelpDrawer({ help }: { help: Help }) {
  const t = useT();
  return (
    <HelpPanel header={<h2>{t(help.title)}</h2>}>
      <p>{t(help.body)}</p>
      <dl>
        {help.points.map(({ term, text }) => (
          <div key={term.en}>
            <dt>{t(term)}</dt>
            <dd>{t(text)}</dd>
          </div>
        ))}
      </dl>
    </HelpPanel>
  );
}
