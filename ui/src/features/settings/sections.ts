import type { Settings } from "~/contract/types";
import type { Message } from "~/shared/text";
import { texts } from "./texts";

export interface Choice {
  value: string;
  text: Message;
}
export interface Setting {
  /** The data folder is shown, not set. */
  key: keyof Settings | "folder";
  label: Message;
  hint?: Message;
  choices?: readonly Choice[];
  /** What the switch of a setting that is on or off says. */
  toggle?: Message;
}
export interface Section {
  title: Message;
  settings: readonly Setting[];
}

/** A language is called in its own. */
const inItsOwn = (name: string): Message => ({ en: name, ko: name });

export const SECTIONS: readonly Section[] = [
  {
    title: texts.appearance,
    settings: [
      {
        key: "theme",
        label: texts.theme,
        choices: [
          { value: "system", text: texts.themeSystem },
          { value: "light", text: texts.themeLight },
          { value: "dark", text: texts.themeDark },
        ],
      },
      {
        key: "density",
        label: texts.density,
        choices: [
          { value: "comfortable", text: texts.comfortable },
          { value: "compact", text: texts.compact },
        ],
      },
    ],
  },
  {
    title: texts.language,
    settings: [
      {
        key: "language",
        label: texts.languageLabel,
        choices: [
          { value: "system", text: texts.languageSystem },
          { value: "en", text: inItsOwn("English") },
          { value: "ko", text: inItsOwn("한국어") },
        ],
      },
      {
        key: "time_zone",
        label: texts.zone,
        choices: [
          { value: "local", text: texts.zoneLocal },
          { value: "utc", text: texts.zoneUtc },
        ],
      },
    ],
  },
  {
    title: texts.keyboard,
    settings: [{ key: "letter_keys", label: texts.letters, hint: texts.lettersHint, toggle: texts.letters }],
  },
  {
    title: texts.behaviour,
    settings: [
      {
        key: "on_close",
        label: texts.onClose,
        hint: texts.onCloseHint,
        choices: [
          { value: "ask", text: texts.onCloseAsk },
          { value: "keep", text: texts.onCloseKeep },
          { value: "stop", text: texts.onCloseStop },
        ],
      },
      {
        key: "start_stopped_after_reboot",
        label: texts.reboot,
        hint: texts.rebootHint,
        toggle: texts.rebootToggle,
      },
    ],
  },
  {
    title: texts.data,
    settings: [{ key: "folder", label: texts.dataFolder, hint: texts.dataHint }],
  },
];

/** Everything a setting says, in both languages: who works in one may think of the other's word. */
function wordsOf({ label, hint, toggle, choices = [] }: Setting): string {
  const said = [label, hint, toggle, ...choices.map(({ text }) => text)];
  return said.map((each) => (each ? `${each.en} ${each.ko}` : "")).join(" ");
}

/** The settings that say every word that is looked for; a section's title stands for all that is in it. */
export function matching(sections: readonly Section[], query: string): Section[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  return sections.flatMap((section) => {
    const title = `${section.title.en} ${section.title.ko}`;
    const settings = section.settings.filter((setting) => {
      const said = `${title} ${wordsOf(setting)}`.toLowerCase();
      return words.every((word) => said.includes(word));
    });
    return settings.length > 0 ? [{ ...section, settings }] : [];
  });
}
