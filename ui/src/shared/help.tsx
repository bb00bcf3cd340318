import Link from "@cloudscape-design/components/link";
import { createContext, useContext } from "react";
import { defineTexts, type Message, useT } from "./text";

/** What the help drawer says of a page: a few sentences in our own words, no manual. */
export interface Help {
  title: Message;
  body: Message;
  /** Words of the page, each explained. */
  points: readonly { term: Message; text: Message }[];
}

export function defineHelp(help: Help): Help {
  return help;
}

interface HelpState {
  /** Of the open page; none: no Info link. */
  help: Help | undefined;
  open: () => void;
}

const Context = createContext<HelpState>({ help: undefined, open: () => undefined });
export const HelpProvider = Context.Provider;

const texts = defineTexts({
  info: { en: "Info", ko: "정보" },
  infoOf: { en: "Info: {title}", ko: "정보: {title}" },
});

/** Beside a page's title: opens the help drawer. */
export function InfoLink() {
  const t = useT();
  const { help, open } = useContext(Context);
  if (!help) return null;
  return (
    <span className="weir-info">
      <Link variant="info" ariaLabel={t(texts.infoOf, { title: t(help.title) })} onFollow={open}>
        {t(texts.info)}
      </Link>
    </span>
  );
}
