import type { Cell, MessageRow } from "~/contract/types";
import { bytes, instant, NONE, type Zone, zoneName } from "~/shared/format";
import type { GridColumn } from "~/shared/grid/VirtualGrid";
import type { Translate } from "~/shared/text";
import { readable } from "~/shared/value/json";
import { texts } from "./texts";

/** What of a cell is in the page; the core sends up to 4 KB. */
const CELL_CHARS = 200;
/** What is kept of a text before its match. */
const LEAD_CHARS = 24;

/** Marks where the search matched, without reading the text as anything but text. */
export function Marked(props: { text: string; wanted: string }) {
  const { text, wanted } = props;
  const at = wanted === "" ? -1 : text.indexOf(wanted);
  if (at < 0) return <>{text}</>;
  return (
    <>
      {text.slice(0, at)}
      <mark>{wanted}</mark>
      {text.slice(at + wanted.length)}
    </>
  );
}

/** A window of the text around the match, so that it is seen in a narrow cell. */
function windowOf(text: string, wanted: string): string {
  const at = wanted === "" ? -1 : text.indexOf(wanted);
  const from = at > LEAD_CHARS ? at - LEAD_CHARS / 2 : 0;
  return (from > 0 ? "…" : "") + text.slice(from, from + CELL_CHARS);
}

function Preview(props: { cell: Cell | null; wanted: string; nullText: string }) {
  const { cell, wanted } = props;
  if (cell === null) return <span className="weir-tag">{props.nullText}</span>;
  if (cell.size === 0) return <span className="weir-soft">""</span>;
  // A search matches what was written.
  const text = cell.kind === "json" && wanted === "" ? readable(cell.preview) : cell.preview;
  return (
    <span className={cell.kind === "hex" ? "weir-mono weir-soft" : "weir-mono"}>
      <Marked text={windowOf(text, wanted)} wanted={wanted} />
      {cell.cut ? "…" : ""}
    </span>
  );
}

/** A control record's key is its version and its kind, two bytes each (Kafka's ControlRecordType). */
function markerText({ key }: MessageRow) {
  if (key?.preview === "00000000") return texts.abortMarker;
  return key?.preview === "00000001" ? texts.commitMarker : texts.control;
}

/** In a narrow list the time without its day, and no size: the open message beside it says both. */
export function messageColumns(
  t: Translate,
  zone: Zone,
  wanted: string,
  narrow: boolean,
): GridColumn<MessageRow>[] {
  const nullText = t(texts.nullTag);
  const time = (row: MessageRow) => instant(row.timestamp, zone);
  const columns: GridColumn<MessageRow>[] = [
    {
      id: "timestamp",
      header: narrow ? zoneName(zone) : t(texts.timestamp, { zone: zoneName(zone) }),
      track: narrow ? "96px" : "204px",
      cell: (row) => (
        <span className="weir-num" title={time(row)}>
          {narrow ? time(row).slice(11) : time(row)}
        </span>
      ),
    },
    {
      id: "partition",
      header: t(texts.part),
      track: narrow ? "40px" : "64px",
      numeric: true,
      cell: (row) => row.partition,
    },
    {
      id: "offset",
      header: t(texts.offsetColumn),
      track: narrow ? "72px" : "104px",
      numeric: true,
      cell: (row) => row.offset,
    },
    {
      id: "key",
      header: t(texts.key),
      track: narrow ? "minmax(80px, 1fr)" : "minmax(110px, 1fr)",
      cell: (row) => (row.control ? NONE : <Preview cell={row.key} wanted={wanted} nullText={nullText} />),
    },
    {
      id: "value",
      header: t(texts.value),
      track: narrow ? "minmax(120px, 2fr)" : "minmax(160px, 4fr)",
      cell: (row) =>
        row.control ? (
          <span className="weir-tag" title={t(texts.controlWhy)}>
            {t(markerText(row))}
          </span>
        ) : row.aborted ? (
          <span className="weir-aborted">
            <span className="weir-tag" title={t(texts.abortedWhy)}>
              {t(texts.aborted)}
            </span>{" "}
            <Preview cell={row.value} wanted={wanted} nullText={nullText} />
          </span>
        ) : (
          <Preview cell={row.value} wanted={wanted} nullText={nullText} />
        ),
    },
    { id: "size", header: t(texts.size), track: "84px", numeric: true, cell: (row) => bytes(row.size) },
  ];
  return narrow ? columns.filter((column) => column.id !== "size") : columns;
}
