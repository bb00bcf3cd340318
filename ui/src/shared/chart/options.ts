import type uPlot from "uplot";
import { instant, type Zone } from "../format";
import { faded, resolved } from "./colors";

export interface Series {
  label: string;
  values: (number | null)[];
  /** 1 to 8, in order; an entity keeps its colour. */
  color: number;
  area?: boolean;
}

export interface Look {
  width: number;
  height: number;
  zone: Zone;
  format: (value: number) => string;
  /** The smallest top of the value axis, so that noise around zero does not look like mountains. */
  topMin: number;
  /** 1024 for bytes, so that the axis says 10 MiB and not 9.54. */
  base: 1000 | 1024;
}

/** Rounds up to what has four round quarters: 1, 2, 4, 6, 8 times a power of ten, of the largest unit that fits (1, Ki, Mi, ... for bytes). */
export function niceTop(value: number, base: 1000 | 1024 = 1000): number {
  if (value <= 0) return 1;
  const unit = base === 1000 ? 1 : base ** Math.max(0, Math.floor(Math.log(value) / Math.log(base)));
  const power = 10 ** Math.floor(Math.log10(value / unit));
  const step = [1, 2, 4, 6, 8, 10].find((each) => each * power * unit >= value) ?? 10;
  return step * power * unit;
}

/** Four equal steps from zero to the top. */
function quarters(top: number): number[] {
  return [0, 1, 2, 3, 4].map((n) => (top * n) / 4);
}

/** Below this span two labels would read the same without seconds. */
const SECONDS_BELOW_S = 240;

function axis(look: Look): uPlot.Axis[] {
  const text = resolved("text-soft");
  const grid = { stroke: faded(resolved("border"), 0.6), width: 1 };
  const font = '12px "Pretendard Variable", sans-serif';
  return [
    {
      stroke: text,
      font,
      grid: { show: false },
      ticks: { ...grid, size: 4 },
      space: 90,
      size: 30,
      values: (_plot, splits) => {
        const seconds = (splits.at(-1) ?? 0) - (splits[0] ?? 0) < SECONDS_BELOW_S;
        return splits.map((at) => instant(at * 1000, look.zone, false).slice(11, seconds ? 19 : 16));
      },
    },
    {
      stroke: text,
      font,
      grid,
      ticks: { show: false },
      size: 76,
      splits: (_plot, _axis, _min, max) => quarters(max),
      values: (_plot, splits) => splits.map((value) => look.format(value)),
    },
  ];
}

function line(series: Series): uPlot.Series {
  const color = resolved(`chart-${series.color}`);
  return {
    label: series.label,
    stroke: color,
    width: 2,
    points: { show: false },
    spanGaps: false,
    ...(series.area ? { fill: faded(color, 0.14) } : {}),
  };
}

/** Options of a live line chart: zero base, gaps stay, no legend of its own, a cursor that we move. */
export function chartOptions(
  series: Series[],
  look: Look,
  onCursor: (index: number | null) => void,
): uPlot.Options {
  return {
    width: look.width,
    height: look.height,
    legend: { show: false },
    padding: [8, 8, 0, 0],
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 7 } },
    scales: {
      y: { range: (_plot, _min, max) => [0, Math.max(look.topMin, niceTop((max ?? 0) * 1.02, look.base))] },
    },
    axes: axis(look),
    series: [{}, ...series.map(line)],
    hooks: { setCursor: [(plot) => onCursor(plot.cursor.idx ?? null)] },
  };
}
