import { useCall } from "./api";
import { CopyButton } from "./CopyButton";
import { defineTexts, useT } from "./text";
import { withHome } from "./withHome";

const texts = defineTexts({
  command: { en: "command", ko: "명령" },
  same: { en: "The same on the command line", ko: "명령줄에서 동일한 작업" },
});

/** The Kafka command that does the same, to learn it or to put it in a script. */
export function Command(props: { command: string; bare?: boolean }) {
  const t = useT();
  const info = useCall("app.info", {}, { tags: [] }).data;
  const command = withHome(props.command, info?.home_flag);
  return (
    <div>
      {props.bare ? null : <div className="weir-label">{t(texts.same)}</div>}
      <div className="weir-command">
        <code>
          {/* Words stay whole: a browser would break a line after each hyphen of "--cluster". */}
          {command.split(/(\s+)/).map((word, at) =>
            at % 2 === 1 ? (
              word
            ) : (
              // biome-ignore lint/suspicious/noArrayIndexKey: words of a command never move.
              <span key={at} className="weir-word">
                {word}
              </span>
            ),
          )}
        </code>
        <CopyButton text={command} what={t(texts.command)} variant="inline" />
      </div>
    </div>
  );
}
