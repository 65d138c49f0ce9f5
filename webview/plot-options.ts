/** How a chart is drawn on its canvas: lines with bands, markers with a shape for each style, stages, in the theme. */
import uPlot from 'uplot';
import { type Measure, rangeOf, ticksOf } from './axes';
import type { Range } from './messages';
import type { Plot, PlotSeries, Value } from './plots';
import { faded, type Theme } from './theme';

export interface Drawing {
  measure: Measure;
  plot: Plot;
  range?: Range;
}

const dashes = [undefined, [6, 4], [2, 3], [10, 4, 2, 4]];

/** @param now gives what is drawn at the moment, for it changes while the chart stays */
export function optionsFor(now: () => Drawing, theme: Theme, size: { width: number; height: number }): uPlot.Options {
  const { series } = now().plot;
  const count = series.length;
  return {
    ...size,
    legend: { show: false },
    padding: [18, 12, 0, 0],
    scales: scalesFor(now),
    axes: axesFor(now, theme),
    series: [{}, ...edgeSeries(count), ...series.map((one) => meanSeries(one, theme))],
    bands: series.map(({ line }, i) => ({
      series: [2 * i + 2, 2 * i + 1],
      fill: faded(theme.lines[line.style], theme.band),
    })),
    cursor: {
      points: { size: 7, width: 1.5 },
      drag: { x: true, y: false, setScale: false },
      sync: { key: 'steps', setSeries: false, scales: ['x', null], filters: { pub: isMove } },
    },
    hooks: {
      drawClear: [(chart) => drawMarks(chart, now().plot, theme)],
      draw: [(chart) => now().plot.series.forEach((one, i) => drawMarkers(chart, one, 2 * count + 1 + i, theme))],
    },
  };
}

/** Lowest and highest values, then the lines; on a logarithmic axis only what it can hold. */
export function dataFor({ plot, measure }: Drawing): uPlot.AlignedData {
  const usable = (values: readonly Value[]): Value[] =>
    measure.scale === 'linear'
      ? [...values]
      : values.map((value) => (typeof value === 'number' && value <= 0 ? null : value));
  const edges = plot.series.flatMap(({ low, high }) => [usable(low), usable(high)]);
  return [plot.x, ...edges, ...plot.series.map(({ y }) => usable(y))];
}

/** What can't change while a chart stays. */
export function structureOf({ plot: { series } }: Drawing): string {
  return JSON.stringify(series.map(({ line, part }) => [line.key, line.style, line.dash, part]));
}

const isMove = (type: string) => type === 'mousemove' || type === 'mouseleave';

function scalesFor(now: () => Drawing): uPlot.Scales {
  const isLog = now().measure.scale === 'log';
  return {
    x: { time: false, range: () => [now().range?.from ?? 0, now().range?.to ?? now().plot.end] },
    y: { distr: isLog ? 3 : 1, range: (_chart, low, high) => rangeOf(now().measure, low, high) },
  };
}

function axesFor(now: () => Drawing, { soft, grid, font }: Theme): uPlot.Axis[] {
  const { measure } = now();
  const common = { stroke: soft, font, grid: { stroke: grid, width: 1 }, ticks: { show: false } };
  const tick = measure.tick ?? measure.format;
  return [
    {
      ...{ ...common, size: 26, gap: 6, grid: { show: false } },
      ...{ label: 'Step', labelSize: 15, labelGap: 0, labelFont: font },
      values: (_chart, splits) => splits.map((split) => split.toLocaleString('en-US')),
    },
    {
      ...{ ...common, size: 52, gap: 6 },
      splits: (_chart, _axis, from, to) => ticksOf(measure, from, to),
      filter: (_chart, splits) => splits,
      values: (_chart, splits) => splits.map((split) => tick(split)),
    },
  ];
}

function edgeSeries(count: number): uPlot.Series[] {
  return Array.from({ length: 2 * count }, () => ({ stroke: 'transparent', width: 0, points: { show: false } }));
}

function meanSeries({ line }: PlotSeries, { lines }: Theme): uPlot.Series {
  return { stroke: lines[line.style], width: 1.75, dash: dashes[line.dash % dashes.length], points: { show: false } };
}

/** Vertical lines where stages begin, with their names where there is room. */
function drawMarks(chart: uPlot, { marks, end }: Plot, { soft, lines, font }: Theme): void {
  const { ctx, bbox } = chart;
  const ratio = devicePixelRatio;
  const place = (at: number) => Math.round(chart.valToPos(at, 'x', true));
  ctx.save();
  Object.assign(ctx, {
    font: font.replace('11px', `${11 * ratio}px`),
    textBaseline: 'bottom',
    textAlign: 'left',
    lineWidth: ratio,
  });
  const sorted = [...marks].sort((a, b) => a.at - b.at);
  sorted.forEach(({ at, label, style }, i) => {
    const x = place(at);
    if (x < bbox.left - 1 || x > bbox.left + bbox.width) return;
    ctx.strokeStyle = style === undefined ? faded(soft, 0.6) : faded(lines[style], 0.55);
    ctx.setLineDash(style === undefined ? [] : [3 * ratio, 3 * ratio]);
    if (at > 0) line(ctx, x, bbox.top, bbox.top + bbox.height);
    const next = sorted.slice(i + 1).find((mark) => mark.at > at);
    const room = place(next?.at ?? end) - x - 8 * ratio;
    if (sorted.findIndex((mark) => mark.at === at) < i) return;
    ctx.fillStyle = style === undefined ? soft : lines[style];
    ctx.fillText(fitting(ctx, label, room), x + 4 * ratio, bbox.top - 3 * ratio);
  });
  ctx.restore();
}

function line(ctx: CanvasRenderingContext2D, x: number, top: number, bottom: number): void {
  ctx.beginPath();
  ctx.moveTo(x, top);
  ctx.lineTo(x, bottom);
  ctx.stroke();
}

/** As much of a text as there is room for, in pixels. */
function fitting(ctx: CanvasRenderingContext2D, text: string, room: number): string {
  if (ctx.measureText(text).width <= room) return text;
  for (let end = text.length - 1; end > 2; end--)
    if (ctx.measureText(`${text.slice(0, end)}…`).width <= room) return `${text.slice(0, end)}…`;
  return '';
}

/** A small shape at each evaluation, larger and filled where all questions were asked. */
function drawMarkers(chart: uPlot, { line: { style }, full, y }: PlotSeries, at: number, theme: Theme): void {
  if (!full) return;
  const { ctx, bbox } = chart;
  const ratio = devicePixelRatio;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left - 8 * ratio, bbox.top - 8 * ratio, bbox.width + 16 * ratio, bbox.height + 16 * ratio);
  ctx.clip();
  Object.assign(ctx, { strokeStyle: theme.lines[style], fillStyle: theme.lines[style], lineWidth: 1.5 * ratio });
  chart.data[at].forEach((value, i) => {
    if (typeof value !== 'number' || typeof y[i] !== 'number') return;
    const [x, height] = [chart.valToPos(chart.data[0][i], 'x', true), chart.valToPos(value, 'y', true)];
    shape(ctx, style, x, height, (full.has(i) ? 4 : 2) * ratio);
    ctx.fill();
  });
  ctx.restore();
}

/** Circle, square, diamond, two triangles: nobody needs to tell colours apart. */
function shape(ctx: CanvasRenderingContext2D, style: number, x: number, y: number, size: number): void {
  const corners = [
    [],
    [-1, -1, 1, -1, 1, 1, -1, 1],
    [0, -1.3, 1.3, 0, 0, 1.3, -1.3, 0],
    [0, -1.3, 1.2, 0.9, -1.2, 0.9],
    [0, 1.3, 1.2, -0.9, -1.2, -0.9],
  ][style % 5];
  ctx.beginPath();
  if (corners.length === 0) ctx.arc(x, y, size, 0, 2 * Math.PI);
  for (let i = 0; i < corners.length; i += 2) ctx.lineTo(x + corners[i] * size, y + corners[i + 1] * size);
  ctx.closePath();
}
