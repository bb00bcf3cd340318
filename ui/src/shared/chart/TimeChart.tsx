import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import uPlot from "uplot";
import { instant } from "../format";
import { defineTexts, useT } from "../text";
import { useZone } from "../time";
import { Collecting } from "./Collecting";
import { withGaps } from "./gaps";
import { chartOptions, type Series } from "./options";

const texts = defineTexts({
  asTable: { en: "View as table", ko: "표로 보기" },
  asChart: { en: "View as chart", ko: "차트로 보기" },
  time: { en: "Time", ko: "시간" },
  summary: {
    en: "{title}. {series}. Use the arrow keys to read values.",
    ko: "{title}. {series}. 화살표 키로 값을 읽을 수 있습니다.",
  },
  gap: {
    en: "Not measured: nobody was looking, or no answer",
    ko: "측정하지 않음: 보는 사람이 없었거나 응답 없음",
  },
  one: { en: "{label}: now {last}, at most {max}", ko: "{label}: 현재 {last}, 최대 {max}" },
});

const HEIGHT = 220;
/** Fewer are no line that says anything. */
const POINTS_MIN = 3;
/** Where a point comes once a minute, each is worth being seen: two make a line. */
const SPARSE_POINTS_MIN = 2;

/** Whether there is something to draw. */
export function isDrawn(times: readonly number[], sparse: boolean): boolean {
  return times.length >= (sparse ? SPARSE_POINTS_MIN : POINTS_MIN);
}

interface TimeChartProps {
  title: string;
  /** Milliseconds since the epoch, ascending. */
  times: number[];
  series: Series[];
  format: (value: number) => string;
  height?: number;
  topMin?: number;
  base?: 1000 | 1024;
  /** Points come once a minute: of a connected cluster. */
  sparse?: boolean;
}

/** A live line chart with values in its legend, a text summary, a cursor for keys and a table behind it. */
export function TimeChart(props: TimeChartProps) {
  const t = useT();
  const [table, setTable] = useState(false);
  const sparse = props.sparse ?? false;
  if (!isDrawn(props.times, sparse)) return <Collecting height={props.height ?? HEIGHT} sparse={sparse} />;
  return (
    <div>
      {table ? (
        <ChartTable {...props} />
      ) : (
        <ChartCanvas {...props} {...withGaps(props.times, props.series, sparse)} />
      )}
      <button type="button" className="weir-textbutton" onClick={() => setTable(!table)}>
        {t(table ? texts.asChart : texts.asTable)}
      </button>
    </div>
  );
}

/** What stands where nothing was measured. */
const GAP = "-";

function said(format: (value: number) => string, value: number | null | undefined): string {
  return value === null || value === undefined ? GAP : format(value);
}

/** Now: nothing where the last question was not answered. */
function lastOf(values: (number | null)[]): number | null {
  return values.at(-1) ?? null;
}

function ChartCanvas(props: TimeChartProps & { gaps: [from: number, to: number][] }) {
  const t = useT();
  const zone = useZone();
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const [cursor, setCursor] = useState<number | null>(null);
  const summaryId = useId();
  const { times, series, format, height = HEIGHT, topMin = 0, base = 1000 } = props;
  const data = [times.map((at) => at / 1000), ...series.map((each) => each.values)] as uPlot.AlignedData;
  const latest = useRef(data);
  latest.current = data;
  const gaps = useRef(props.gaps);
  gaps.current = props.gaps;
  const shape = series.map((each) => each.label + each.color).join();

  // The plot is made anew when its shape, theme or zone changes; new values only move it.
  // biome-ignore lint/correctness/useExhaustiveDependencies: values come through `latest`.
  useEffect(() => {
    const node = host.current;
    if (!node) return;
    const make = () => {
      plot.current?.destroy();
      const pauses = () => gaps.current;
      const look = { width: node.clientWidth || 600, height, zone, format, topMin, base, gaps: pauses };
      plot.current = new uPlot(chartOptions(series, look, setCursor), latest.current, node);
    };
    make();
    const resize = new ResizeObserver(() => plot.current?.setSize({ width: node.clientWidth, height }));
    resize.observe(node);
    window.addEventListener("weir:theme", make);
    return () => {
      resize.disconnect();
      window.removeEventListener("weir:theme", make);
      plot.current?.destroy();
      plot.current = null;
    };
  }, [shape, zone, height]);
  useEffect(() => plot.current?.setData(data), [data]);

  const moveTo = (index: number) => {
    const at = Math.min(Math.max(index, 0), times.length - 1);
    const left = plot.current?.valToPos((times[at] ?? 0) / 1000, "x") ?? 0;
    plot.current?.setCursor({ left, top: 0 });
    setCursor(at);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const from = cursor ?? times.length - 1;
    const to = { ArrowLeft: from - 1, ArrowRight: from + 1, Home: 0, End: times.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    moveTo(to);
  };
  const summary = t(texts.summary, {
    title: props.title,
    series: series
      .map((each) =>
        t(texts.one, {
          label: each.label,
          last: said(format, lastOf(each.values)),
          max: format(Math.max(0, ...each.values.map((value) => value ?? 0))),
        }),
      )
      .join("; "),
  });
  return (
    <div>
      <div
        ref={host}
        className="weir-chart"
        role="img"
        aria-label={props.title}
        aria-describedby={summaryId}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the cursor is moved by keys, as by the mouse.
        tabIndex={0}
        onKeyDown={onKeyDown}
      />
      <p id={summaryId} className="weir-live">
        {summary}
      </p>
      <Legend {...props} at={cursor} paused={props.gaps.length > 0} />
    </div>
  );
}

function Legend(props: TimeChartProps & { at: number | null; paused: boolean }) {
  const t = useT();
  const zone = useZone();
  const { at, times } = props;
  const time = at === null ? undefined : times[at];
  return (
    <div className="weir-legend" aria-live={at === null ? "off" : "polite"}>
      {props.series.map((each) => (
        <span key={each.label}>
          <i style={{ background: `var(--weir-chart-${each.color})` }} />
          {each.label}{" "}
          <b className="weir-num">
            {said(props.format, at === null ? lastOf(each.values) : each.values[at])}
          </b>
        </span>
      ))}
      {props.paused ? (
        <span className="weir-soft">
          <i className="weir-hatched" />
          {t(texts.gap)}
        </span>
      ) : null}
      {time === undefined ? null : (
        <span className="weir-soft weir-num">{instant(time, zone, false).slice(11)}</span>
      )}
    </div>
  );
}

const TABLE_ROWS_MAX = 60;

function ChartTable(props: TimeChartProps) {
  const t = useT();
  const zone = useZone();
  const rows = props.times
    .map((at, index) => ({ at, index }))
    .slice(-TABLE_ROWS_MAX)
    .reverse();
  return (
    <section
      className="weir-chart-table"
      aria-label={props.title}
      style={{ maxBlockSize: (props.height ?? HEIGHT) + 28 }}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard.
      tabIndex={0}
    >
      <table>
        <thead>
          <tr>
            <th scope="col">{t(texts.time)}</th>
            {props.series.map((each) => (
              <th scope="col" key={each.label}>
                {each.label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ at, index }) => (
            <tr key={at}>
              <td>{instant(at, zone, false)}</td>
              {props.series.map((each) => (
                <td key={each.label}>{said(props.format, each.values[index])}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
