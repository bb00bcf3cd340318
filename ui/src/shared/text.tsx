import { createContext, type ReactNode, useContext, useMemo } from "react";
import { createIntl, createIntlCache, type IntlShape } from "react-intl";
import type { Text } from "~/contract/types";
import { en, ko } from "~/generated/texts";
import { setTimeUnits } from "./format";
import { withJosa, withJosaIn } from "./josa";

export type Language = "en" | "ko";
/** One sentence in every language; a missing language does not compile. ICU: argument, plural, select. */
export type Message = Readonly<Record<Language, string>>;
export type Values = Record<string, string | number | boolean | null | undefined>;
type RichValues = Record<string, ReactNode | ((chunks: ReactNode[]) => ReactNode)>;

export function defineTexts<const T extends Record<string, Message>>(texts: T): T {
  return texts;
}

/** Sentences that stand where the core's would, when the core cannot be asked. */
const ownTexts: Record<string, Message> = {
  "ui.session_lost": {
    en: "This page is no longer connected to Weir. Run “weir serve” again and use the page it opens.",
    ko: "이 페이지는 더 이상 Weir에 연결되어 있지 않습니다. “weir serve”를 다시 실행하고 열리는 페이지를 사용하세요.",
  },
};

export interface Translate {
  (message: Message, values?: Values): string;
  /** The same with elements as values or tags. */
  rich(message: Message, values: RichValues): ReactNode;
  /** A text of the core, from its own catalogue. */
  core(text: Text): string;
  readonly language: Language;
  readonly intl: IntlShape;
}

const cache = createIntlCache();

/** Builds the translator of a language; tests and the shell share it. */
export function translator(language: Language): Translate {
  const intl = createIntl({ locale: language, defaultLocale: language, onError: () => undefined }, cache);
  const format = (source: string, values: Values = {}) =>
    withJosa(String(intl.formatMessage({ id: source, defaultMessage: source }, values)));
  const t = (message: Message, values?: Values) => format(message[language], values);
  const rich = (message: Message, values: RichValues) => {
    const source = message[language];
    const parts: ReactNode = intl.formatMessage({ id: source, defaultMessage: source }, values as never);
    return Array.isArray(parts) ? withJosaIn(parts) : parts;
  };
  const core = (text: Text) => {
    const catalogue: Readonly<Record<string, string>> = language === "ko" ? ko : en;
    const source = catalogue[text.id] ?? ownTexts[text.id]?.[language];
    // An id that this build does not know comes from a newer core; its id says more than nothing.
    return source ? format(source, text.args) : text.id;
  };
  return Object.assign(t, { rich, core, language, intl });
}

const Context = createContext<Translate>(translator("en"));

export function LanguageProvider(props: { language: Language; children: ReactNode }) {
  const value = useMemo(() => {
    setTimeUnits(props.language);
    return translator(props.language);
  }, [props.language]);
  return <Context.Provider value={value}>{props.children}</Context.Provider>;
}

export function useT(): Translate {
  return useContext(Context);
}
