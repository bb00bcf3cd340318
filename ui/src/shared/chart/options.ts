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
  /** The pauses in what is drawn now, in milliseconds. */
  gaps: () => readonly [from: number, to: number][];
}

/** Rounds up to what has four round quarters: 1, 2, 4, 6, 8 times a power of ten, of the largest unit that fits (1, Ki, Mi, ... for bytes). */
export function niceTop(value: number, base: 1000 | 1024 = 1000): number {
  if (value <= 0) return 1;
  const unit = base === 1000 ? 1 : base ** Math.max(0, Math.floor(Math.log(value) / Math.log(base)));
  const power = 10 ** Math.floor(Math.log10(value / unit));
  // A quarter of 10 is not whole.
  const last = power === 1 && base === 1000 ? 12 : 10;
  const step = [1, 2, 4, 6, 8, last].find((each) => each * power * unit >= value) ?? last;
  return step * power * unit;
}

/** Into so many equal steps an axis is divided, the first that makes each of them whole. */
const DIVISIONS = [4, 5, 3, 2];

/** Values of the axis from zero to the top, whole in the top's unit: labels with other decimals each are hard to compare. */
export function ticks(top: number, base: 1000 | 1024 = 1000): number[] {
  const unit = base ** Math.max(0, Math.floor(Math.log(top) / Math.log(base) + 1e-9));
  const parts = DIVISIONS.find((each) => Number.isInteger(top / unit / each)) ?? 4;
  return Array.from({ length: parts + 1 }, (_, n) => (top * n) / parts);
}

/** Distances between labels of time, in seconds: whole ones, for labels show no less, so that none reads like another. */
const TIME_STEPS_S = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 43_200, 86_400];
/** The least time shown: two first points are not stretched over the whole chart. */
export const SPAN_MIN_S = 120;
/** So few points are drawn each: a line of them alone is easily taken for nothing. */
const DOTS_UP_TO = 12;

/** Half of "10:15:02": the last label stands in the middle under the chart's edge. */
const LABEL_HALF_PX = 27;

/** From first to last point, and never less than SPAN_MIN_S. */
export function timeRange(min: number, max: number): [number, number] {
  return [Math.min(min, max - SPAN_MIN_S), max];
}

/** Labels of the time axis: with seconds where the steps need them. */
export function timeLabels(splits: number[], step: number, zone: Zone): string[] {
  return splits.map((at) => instant(at * 1000, zone, false).slice(11, step < 60 ? 19 : 16));
}

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
      incrs: TIME_STEPS_S,
      values: (_plot, splits, _axis, _space, step) => timeLabels(splits, step, look.zone),
    },
    {
      stroke: text,
      font,
      grid,
      ticks: { show: false },
      size: 76,
      splits: (_plot, _axis, _min, max) => ticks(max, look.base),
      // Nothing is nothing in every unit.
      values: (_plot, splits) => splits.map((value) => (value === 0 ? "0" : look.format(value))),
    },
  ];
}

function line(series: Series): uPlot.Series {
  const color = resolved(`chart-${series.color}`);
  return {
    label: series.label,
    stroke: color,
    width: 2,
    points: {
      show: (plot) => plot.data[0].length <= DOTS_UP_TO,
      size: 6,
      width: 1,
      stroke: color,
      fill: color,
    },
    spanGaps: false,
    ...(series.area ? { fill: faded(color, 0.14) } : {}),
  };
}

/** Between two strokes of the hatching. */
const HATCH_PX = 8;

/** Hatches what was not measured, so that a pause does not look like nothing that happened. */
function hatch(plot: uPlot, look: Look, stroke: string): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.strokeStyle = stroke;
  ctx.lineWidth = 1;
  for (const [from, to] of look.gaps()) {
    const x = (at: number) => plot.valToPos(at / 1000, "x", true);
    const left = Math.max(bbox.left, x(from));
    const width = Math.min(bbox.left + bbox.width, x(to)) - left;
    if (width <= 0) continue;
    ctx.save();
    ctx.beginPath();
    ctx.rect(left, bbox.top, width, bbox.height);
    ctx.clip();
    ctx.beginPath();
    for (let at = left - bbox.height; at < left + width; at += HATCH_PX) {
      ctx.moveTo(at, bbox.top + bbox.height);
      ctx.lineTo(at + bbox.height, bbox.top);
    }
    ctx.stroke();
    ctx.restore();
  }
  ctx.restore();
}

/** Options of a live line chart: zero base, gaps stay, no legend of its own, a cursor that we move. */
export function chartOptions(
  series: Series[],
  look: Look,
  onCursor: (index: number | null) => void,
): uPlot.Options {
  const stroke = faded(resolved("text-soft"), 0.28);
  return {
    width: look.width,
    height: look.height,
    legend: { show: false },
    padding: [8, LABEL_HALF_PX, 0, 0],
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 7 } },
    scales: {
      x: { range: (_plot, min, max) => timeRange(min ?? 0, max ?? 0) },
      y: { range: (_plot, _min, max) => [0, Math.max(look.topMin, niceTop((max ?? 0) * 1.02, look.base))] },
    },
    axes: axis(look),
    series: [{}, ...series.map(line)],
    hooks: {
      setCursor: [(plot) => onCursor(plot.cursor.idx ?? null)],
      drawClear: [(plot) => hatch(plot, look, stroke)],
    },
  };
}
