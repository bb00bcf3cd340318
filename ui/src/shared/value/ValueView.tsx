import Button from "@cloudscape-design/components/button";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import { useLayoutEffect, useMemo, useRef, useState } from "react";
import type { Data } from "~/contract/types";
import { CopyButton } from "../CopyButton";
import { bytes, count } from "../format";
import { defineTexts, useT } from "../text";
import { bytesOf, hexLines } from "./hex";
import { layOut, pretty, readable, tokenise } from "./json";

const texts = defineTexts({
  nothing: { en: "null: there is no {what}.", ko: "null: {what}이(가) 없습니다." },
  tombstone: {
    en: "null: a tombstone. Compaction removes earlier messages with this key.",
    ko: "null: 툼스톤입니다. 컴팩션이 이 키의 이전 메시지를 제거합니다.",
  },
  empty: { en: 'Empty: "" (0 bytes).', ko: '비어 있음: "" (0바이트).' },
  format: { en: "Show as", ko: "표시 형식" },
  json: { en: "JSON", ko: "JSON" },
  text: { en: "Text", ko: "텍스트" },
  hex: { en: "Hex", ko: "Hex" },
  notUtf8: { en: "not UTF-8 text", ko: "UTF-8 텍스트가 아님" },
  whole: { en: "Show whole value ({size})", ko: "전체 값 표시 ({size})" },
  part: { en: "The first {shown} of {size} are shown.", ko: "{size} 중 처음 {shown}만 표시됩니다." },
  plain: {
    en: "Longer than {most}: shown as it was written, neither laid out nor coloured.",
    ko: "{most}보다 길어 줄바꿈과 색상 없이 원문 그대로 표시합니다.",
  },
  truncated: {
    en: "Only the first {shown} of {size} were read.",
    ko: "{size} 중 처음 {shown}만 읽었습니다.",
  },
});

/** Above this a value is cut until it is asked for whole. */
const SHOWN_CHARS = 64 * 1024;
/** Even a whole value is laid out and coloured only to here; beyond it is plain text. */
const COLOURED_CHARS = 512 * 1024;
type Format = "json" | "text" | "hex";

function Json({ source }: { source: string }) {
  const lines = useMemo(() => {
    const tokens = source.length <= COLOURED_CHARS ? tokenise(source) : null;
    return tokens ? layOut(tokens) : null;
  }, [source]);
  if (!lines) return <pre>{source}</pre>;
  return (
    <pre className="weir-json">
      {lines.map((line, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines of a value never move.
        <div key={index} style={{ paddingInlineStart: `${line.depth * 2 + 2}ch` }}>
          {line.tokens.map((token, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: tokens of a line never move.
            <span key={at} data-kind={token.kind}>
              {readable(token.text)}
            </span>
          ))}
        </div>
      ))}
    </pre>
  );
}

/** Width of a letter of the monospaced fonts, by their size. */
const CH_OF_FONT = 0.61;
/** Letters of a line of sixteen bytes (offset, bytes, text) with what stands between them. */
const HEX_LINE_CH = 78;

function Hex({ base64, limit }: { base64: string; limit: number }) {
  const node = useRef<HTMLPreElement>(null);
  const [perLine, setPerLine] = useState<8 | 16>(16);
  useLayoutEffect(() => {
    const element = node.current;
    if (!element) return;
    const measure = () => {
      const ch = Number.parseFloat(getComputedStyle(element).fontSize) * CH_OF_FONT;
      setPerLine(element.clientWidth < HEX_LINE_CH * ch ? 8 : 16);
    };
    measure();
    if (typeof ResizeObserver === "undefined") return;
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const lines = useMemo(
    () => hexLines(bytesOf(base64).subarray(0, limit), perLine),
    [base64, limit, perLine],
  );
  return (
    <pre ref={node} className="weir-hex">
      {lines.map((line) => (
        <div key={line.offset}>
          <span className="weir-soft">{line.offset}</span>
          <span>{line.hex.padEnd(3 * perLine - 1)}</span>
          <span className="weir-soft">{line.ascii}</span>
        </div>
      ))}
    </pre>
  );
}

function naturalFormat(data: Data): Format {
  if (data.text === null) return "hex";
  return data.json ? "json" : "text";
}

interface ValueViewProps {
  data: Data | null;
  /** "value", "key": in the reader's language. */
  what: string;
  /** A null value is a tombstone; a null key only an absent key. */
  tombstone?: boolean;
}

/** A key, value or header, as JSON, text or bytes; large ones cut until opened whole. */
export function ValueView({ data, what, tombstone }: ValueViewProps) {
  const t = useT();
  const [chosen, setChosen] = useState<Format | null>(null);
  const [whole, setWhole] = useState(false);
  if (data === null)
    return <div className="weir-soft">{t(tombstone ? texts.tombstone : texts.nothing, { what })}</div>;
  if (data.size === 0) return <div className="weir-soft">{t(texts.empty)}</div>;

  const possible: Format[] = [
    ...(data.json && data.text !== null ? ["json" as const] : []),
    ...(data.text !== null ? ["text" as const] : []),
    "hex",
  ];
  const natural = naturalFormat(data);
  const format = chosen && possible.includes(chosen) ? chosen : natural;
  const length = data.text?.length ?? data.size;
  const cut = !whole && length > SHOWN_CHARS;
  const limit = cut ? SHOWN_CHARS : Number.POSITIVE_INFINITY;
  const text = cut ? (data.text ?? "").slice(0, SHOWN_CHARS) : (data.text ?? "");
  const copied = data.text === null ? data.base64 : format === "json" ? pretty(data.text) : data.text;
  return (
    <div>
      <div className="weir-value-bar">
        <SegmentedControl
          label={t(texts.format)}
          selectedId={format}
          options={possible.map((id) => ({ id, text: t(texts[id]) }))}
          onChange={({ detail }) => setChosen(detail.selectedId as Format)}
        />
        <span className="weir-soft weir-num">
          {bytes(data.size)}
          {data.size >= 1000 ? ` (${count(data.size)} B)` : ""}
          {data.text === null ? `, ${t(texts.notUtf8)}` : ""}
        </span>
        <CopyButton text={copied} what={what} />
      </div>
      <section
        className="weir-value"
        aria-label={what}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard.
        tabIndex={0}
      >
        {format === "json" ? (
          <Json source={text} />
        ) : format === "text" ? (
          <pre>{text}</pre>
        ) : (
          <Hex base64={data.base64} limit={limit} />
        )}
      </section>
      {cut ? (
        <div className="weir-value-cut">
          <span className="weir-soft">
            {t(texts.part, { shown: bytes(SHOWN_CHARS), size: bytes(data.size) })}
          </span>
          <Button onClick={() => setWhole(true)}>{t(texts.whole, { size: bytes(data.size) })}</Button>
        </div>
      ) : null}
      {format === "json" && text.length > COLOURED_CHARS ? (
        <div className="weir-soft">{t(texts.plain, { most: bytes(COLOURED_CHARS) })}</div>
      ) : null}
      {data.truncated ? (
        <div className="weir-soft">
          {t(texts.truncated, { shown: bytes(atob(data.base64).length), size: bytes(data.size) })}
        </div>
      ) : null}
    </div>
  );
}
