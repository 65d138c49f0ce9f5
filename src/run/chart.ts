/**
 * A small chart as SVG text: axes, lines, markers, labels that keep out of each other's way, a legend. It follows the
 * reader's light or dark setting; series differ in colour and in the shape of their markers, so that nobody needs to
 * tell colours apart. Knows nothing of runs.
 */
import { makeScale, type Axis, type Scale } from './scale';
import { escapeHtml } from './table';

export interface Point {
  x: number;
  y: number;
  /** Stands beside the point; such points are drawn larger. */
  label?: string;
  /** Shown while the pointer rests on the point. */
  title?: string;
}

export interface Series {
  name: string;
  /** Which colour and shape, from 0. */
  style: number;
  points: Point[];
  markers: boolean;
  /** From how low to how high the values may lie. */
  band?: { x: number; low: number; high: number }[];
}

export interface Chart {
  title: string;
  /** What the picture shows, for those who don't see it. */
  description: string;
  width: number;
  height: number;
  x: Axis;
  y: Axis;
  series: Series[];
  /** Vertical lines with a name, each at the left of what it names. */
  marks?: { at: number; label: string }[];
  legend: 'right' | 'top' | 'none';
}

interface Frame {
  left: number;
  right: number;
  top: number;
  bottom: number;
  x: Scale;
  y: Scale;
}

const colours = 8;
/** At the right, by the place of the legend. */
const margins = { right: 250, top: 16, none: 40 };

export const chartStyle = `
.chart{--ink:#1f2328;--soft:#59636e;--grid:#d9dee3;--c0:#0072b2;--c1:#d55e00;--c2:#007f5c;--c3:#b5528f;--c4:#a87400;--c5:#3a9bd6;--c6:#30363d;--c7:#858c94;font:12px system-ui,sans-serif}
@media (prefers-color-scheme:dark){.chart{--ink:#e6e8eb;--soft:#a0a8b1;--grid:#373d45;--c0:#4c9be8;--c1:#ff8a4c;--c2:#2fc79a;--c3:#e39ac8;--c4:#e6b33d;--c5:#9ad4ff;--c6:#e6e8eb;--c7:#8f979f}}
.chart text{fill:var(--soft)}.chart .strong{fill:var(--ink)}.chart .grid{stroke:var(--grid)}.chart .boundary{stroke:var(--soft);stroke-dasharray:3 3}
.chart .line{fill:none;stroke:currentColor;stroke-width:1.8;stroke-linejoin:round}.chart .dot{fill:currentColor}.chart .band{fill:currentColor;opacity:.15}.chart .lead{stroke:var(--soft);stroke-width:.7}
${Array.from({ length: colours }, (_, i) => `.chart .s${i}{color:var(--c${i})}`).join('')}
`.trim();

/** The chart to be placed in a page that holds `chartStyle`. */
export function drawChart(chart: Chart): string {
  return svg(chart, '');
}

/** The chart as a file of its own. */
export function standaloneChart(chart: Chart): string {
  const back = '.chart{background:#fff}@media (prefers-color-scheme:dark){.chart{background:#0d1117}}';
  return svg(chart, `<style>${chartStyle}${back}</style>`) + '\n';
}

function svg(chart: Chart, style: string): string {
  const frame = frameOf(chart);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="chart" role="img" viewBox="0 0 ${chart.width} ${chart.height}">`,
    `<title>${escapeHtml(chart.title)}</title><desc>${escapeHtml(chart.description)}</desc>${style}`,
    drawAxes(chart, frame),
    drawMarks(chart, frame),
    ...chart.series.map((series) => drawSeries(series, frame)),
    drawLabels(chart, frame),
    drawLegend(chart, frame),
    '</svg>',
  ].join('\n');
}

function frameOf({ width, height, legend, marks, x, y, series }: Chart): Frame {
  const right = width - margins[legend];
  const [left, top, bottom] = [56, (legend === 'top' ? 30 : 14) + (marks ? 16 : 0), height - 44];
  const points = series.flatMap(({ points, band = [] }) => [...points, ...band.flatMap(edges)]);
  return {
    ...{ left, right, top, bottom },
    x: makeScale(x, [...points.map((point) => point.x), ...(marks ?? []).map(({ at }) => at)], left, right),
    y: makeScale(
      y,
      points.map((point) => point.y),
      bottom,
      top,
    ),
  };
}

function edges({ x, low, high }: { x: number; low: number; high: number }): Point[] {
  return [
    { x, y: low },
    { x, y: high },
  ];
}

function drawAxes({ x, y }: Chart, { left, right, top, bottom, ...scales }: Frame): string {
  const across = scales.y.ticks.map((tick) => {
    const at = px(scales.y.place(tick));
    return `<path class="grid" d="M${left} ${at}H${right}"/>${text(left - 8, +at + 4, y.format(tick), 'end')}`;
  });
  const along = scales.x.ticks.map((tick) => {
    const at = px(scales.x.place(tick));
    return `<path class="grid" d="M${at} ${bottom}v5"/>${text(+at, bottom + 18, x.format(tick), 'middle')}`;
  });
  const middle = (top + bottom) / 2;
  return [
    ...across,
    ...along,
    text((left + right) / 2, bottom + 37, x.label, 'middle'),
    `<g transform="translate(14 ${middle}) rotate(-90)">${text(0, 0, y.label, 'middle')}</g>`,
  ].join('');
}

function drawMarks({ marks = [] }: Chart, { x, top, bottom, right }: Frame): string {
  const places = [...marks.map(({ at }) => x.place(at)), right];
  return marks
    .map(({ label }, i) => {
      const room = Math.floor((places[i + 1] - places[i]) / 6.2);
      const line = `<path class="boundary" d="M${px(places[i])} ${top - 14}V${bottom}"/>`;
      return `<g><title>${escapeHtml(label)}</title>${line}${text(places[i] + 4, top - 5, shorten(label, room), 'start')}</g>`;
    })
    .join('');
}

function drawSeries({ points, style, markers, band = [] }: Series, { x, y }: Frame): string {
  const places = points.map((point) => `${px(x.place(point.x))} ${px(y.place(point.y))}`);
  const line = places.length > 1 ? `<path class="line" d="M${places.join('L')}"/>` : '';
  const dots = points.map((point) => {
    const dot = marker(style, x.place(point.x), y.place(point.y), point.label === undefined ? 3.5 : 6);
    return `<g>${point.title ? `<title>${escapeHtml(point.title)}</title>` : ''}${dot}</g>`;
  });
  return `<g class="s${style % colours}">${drawBand(band, { x, y })}${line}${markers ? dots.join('') : ''}</g>`;
}

function drawBand(band: NonNullable<Series['band']>, { x, y }: Pick<Frame, 'x' | 'y'>): string {
  if (band.length < 2) return '';
  const place = (at: number, value: number) => `${px(x.place(at))} ${px(y.place(value))}`;
  const above = band.map((point) => place(point.x, point.high));
  const below = band.map((point) => place(point.x, point.low)).reverse();
  return `<path class="band" d="M${[...above, ...below].join('L')}Z"/>`;
}

/** Circle, square, diamond and two triangles; with eight colours that makes forty that differ. */
function marker(style: number, x: number, y: number, size: number): string {
  const s = px(size);
  const shapes = [
    `m-${s} 0a${s} ${s} 0 1 0 ${px(2 * size)} 0a${s} ${s} 0 1 0 -${px(2 * size)} 0`,
    `m-${s} -${s}h${px(2 * size)}v${px(2 * size)}h-${px(2 * size)}z`,
    `m0 -${px(1.3 * size)}l${px(1.3 * size)} ${px(1.3 * size)}l-${px(1.3 * size)} ${px(1.3 * size)}l-${px(1.3 * size)} -${px(1.3 * size)}z`,
    `m0 -${px(1.2 * size)}l${px(1.2 * size)} ${px(2.1 * size)}h-${px(2.4 * size)}z`,
    `m0 ${px(1.2 * size)}l${px(1.2 * size)} -${px(2.1 * size)}h-${px(2.4 * size)}z`,
  ];
  return `<path class="dot" d="M${px(x)} ${px(y)}${shapes[style % shapes.length]}"/>`;
}

interface Box {
  x: number;
  y: number;
  width: number;
}

const lineHeight = 14;

/** Each label goes to the nearest free height beside its point; a thin line leads back where it had to move. */
function drawLabels({ series }: Chart, frame: Frame): string {
  const placed: Box[] = [];
  const points = series.flatMap(({ points }) => points.filter(({ label }) => label !== undefined));
  return points
    .map((point) => {
      const [x, y] = [frame.x.place(point.x), frame.y.place(point.y)];
      const box = freeBox({ x: x + 11, y, width: 7 * point.label!.length }, placed, frame);
      placed.push(box);
      const lead = box.y === y ? '' : `<path class="lead" d="M${px(x)} ${px(y)}L${px(box.x - 2)} ${px(box.y)}"/>`;
      return lead + text(box.x, box.y + 4, point.label!, 'start', 'strong');
    })
    .join('');
}

function freeBox(wanted: Box, placed: readonly Box[], { top, bottom }: Frame): Box {
  const shifts = Array.from({ length: 60 }, (_, i) => (i % 2 ? -1 : 1) * Math.ceil(i / 2) * 3);
  const boxes = shifts.map((shift) => ({ ...wanted, y: wanted.y + shift }));
  return (
    boxes.find(({ y }) => y >= top && y <= bottom + 4 && !placed.some((box) => collide({ ...wanted, y }, box))) ??
    wanted
  );
}

function collide(a: Box, b: Box): boolean {
  return Math.abs(a.y - b.y) < lineHeight && a.x < b.x + b.width && b.x < a.x + a.width;
}

function drawLegend({ series, legend }: Chart, { left, right, top }: Frame): string {
  if (legend === 'none') return '';
  const entries = series.map(({ name, style, markers }, i) => {
    const [x, y] = legend === 'right' ? [right + 24, top + 10 + i * 21] : [left + 8 + i * 110, 12];
    const key = markers ? marker(style, x, y, 5) : `<path class="line" d="M${x - 8} ${y}h16"/>`;
    const room = legend === 'right' ? 33 : 14;
    return `<g class="s${style % colours}"><title>${escapeHtml(name)}</title>${key}${text(x + 14, y + 4, shorten(name, room), 'start', 'strong')}</g>`;
  });
  return entries.join('\n');
}

function text(x: number, y: number, content: string, anchor: 'start' | 'middle' | 'end', kind?: 'strong'): string {
  const name = kind ? ` class="${kind}"` : '';
  return `<text${name} x="${px(x)}" y="${px(y)}" text-anchor="${anchor}">${escapeHtml(content)}</text>`;
}

function shorten(text: string, room: number): string {
  if (text.length <= room) return text;
  return room < 3 ? '' : `${text.slice(0, room - 1)}…`;
}

/** Pixels with a tenth. */
function px(value: number): string {
  return String(Math.round(value * 10) / 10);
}
