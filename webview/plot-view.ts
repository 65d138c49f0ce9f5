/** A live chart over the steps of training: cursor by pointer and keyboard, a range that is looked at closely, a table. */
import uPlot from 'uplot';
import type { Measure } from './axes';
import { h, write } from './dom';
import { makePanel, pictureTools, TableToggle, textTable } from './panel';
import { pictureOf } from './pictures';
import { dataFor, type Drawing, optionsFor, structureOf } from './plot-options';
import { type Plot, stageAt, within } from './plots';
import type { Room, View } from './room';
import type { Theme } from './theme';
import { thousands } from './words';

/** Rows of the table in place of a chart. */
const mostRows = 60;

export class PlotView implements View {
  readonly element: HTMLElement;
  private readonly panel;
  private readonly stage: HTMLElement;
  private readonly tip = h('div', { class: 'tip', 'aria-hidden': 'true', hidden: true });
  private readonly table = h('div', { class: 'scroll' });
  private readonly toggle: TableToggle;
  private drawing: Drawing;
  private chart?: uPlot;
  /** What the chart that stands was made for. */
  private made?: { structure: string; theme: Theme };
  private isPointed = false;
  /** The step at which the keyboard's cursor stands. */
  private place?: number;

  /** @param name for saved files @param plotNow what is to be seen @param noteOf says what the band is */
  constructor(
    private readonly room: Room,
    name: string,
    measure: Measure,
    private readonly plotNow: () => Plot,
    private readonly noteOf: (plot: Plot) => string,
  ) {
    this.drawing = { measure, plot: { x: [], series: [], marks: [], end: 1 } };
    this.panel = makePanel(measure.title, `plot plot-${name}`);
    this.element = this.panel.element;
    this.stage = h('div', {
      ...{ class: 'stage', tabindex: 0, role: 'application', 'aria-roledescription': 'chart' },
      on: {
        keydown: (event) => this.press(event),
        mouseenter: () => this.point(true),
        mouseleave: () => this.point(false),
        blur: () => this.leave(),
      },
    });
    const picture = () => pictureOf(this.drawing);
    this.panel.body.append(this.stage, this.tip, this.table);
    this.toggle = new TableToggle(room, name, this.table);
    this.panel.tools.append(this.toggle.element, ...pictureTools(room, name, picture));
    new ResizeObserver(() => this.fit()).observe(this.stage);
  }

  update(): void {
    const { page, theme } = this.room;
    this.drawing = { ...this.drawing, plot: this.plotNow(), range: page.look.range };
    this.element.hidden = this.drawing.plot.series.length === 0;
    if (this.element.hidden) return this.drop();
    const structure = structureOf(this.drawing);
    if (this.chart && this.made?.structure === structure && this.made.theme === theme) {
      this.chart.setData(dataFor(this.drawing));
    } else this.make(structure, theme);
    // The chart takes in its new scales a little later.
    queueMicrotask(() => this.place !== undefined && this.chart && this.putCursor(this.chart.valToIdx(this.place)));
    this.stage.setAttribute('aria-label', this.summary());
    write(this.panel.note, this.noteOf(this.drawing.plot));
    if (this.toggle.update()) this.fillTable();
    // What stands around the chart may have taken or given room.
    requestAnimationFrame(() => this.fit());
  }

  private make(structure: string, theme: Theme): void {
    this.drop();
    this.made = { structure, theme };
    const options = optionsFor(() => this.drawing, theme, this.size());
    options.hooks = {
      ...options.hooks,
      setCursor: [(chart) => this.showTip(chart)],
      setSelect: [(chart) => this.select(chart)],
    };
    options.cursor = { ...options.cursor, bind: { dblclick: () => () => (this.room.zoom(undefined), null) } };
    this.chart = new uPlot(options, dataFor(this.drawing), this.stage);
  }

  private drop(): void {
    this.chart?.destroy();
    this.chart = undefined;
    this.tip.hidden = true;
  }

  private size(): { width: number; height: number } {
    return { width: Math.max(200, this.stage.clientWidth), height: Math.max(200, this.stage.clientHeight) };
  }

  private fit(): void {
    const { width, height } = this.size();
    const { clientWidth } = this.stage;
    if (this.chart && clientWidth > 0 && (this.chart.width !== width || this.chart.height !== height))
      this.chart.setSize(this.size());
  }

  /** What the chart shows, for those who don't see it. */
  private summary(): string {
    const { plot, measure } = this.drawing;
    const ends = plot.series.map(({ line, y }) => {
      const last = y.findLast((value) => typeof value === 'number');
      return `${line.name}: ${typeof last === 'number' ? measure.format(last) : 'nothing'}`;
    });
    return `${measure.title} over ${thousands(plot.end)} steps. At the end ${ends.join('; ')}. Arrow keys read values, plus and minus zoom.`;
  }

  private fillTable(): void {
    const { plot, range, measure } = this.drawing;
    const places = thinned(within(plot, range), mostRows);
    const heads = ['Step', ...plot.series.map(({ line }) => line.name)];
    const rows = places.map((i) => [
      thousands(plot.x[i]),
      ...plot.series.map(({ y, low, high }) => valueWords(measure, y[i], low[i], high[i])),
    ]);
    this.table.replaceChildren(textTable(measure.title, heads, rows));
  }

  private point(isPointed: boolean): void {
    this.isPointed = isPointed;
    if (!isPointed) this.tip.hidden = true;
  }

  private leave(): void {
    this.place = undefined;
    this.tip.hidden = true;
    this.chart?.setCursor({ left: -10, top: -10 });
  }

  private showTip(chart: uPlot): void {
    const { idx, left = -1 } = chart.cursor;
    const isHere = this.isPointed || document.activeElement === this.stage;
    this.tip.hidden = !isHere || idx === null || idx === undefined || left < 0;
    if (this.tip.hidden) return;
    const { plot, measure } = this.drawing;
    const rows = plot.series.flatMap(({ line, y, low, high }) => {
      if (typeof y[idx!] !== 'number') return [];
      const swatch = h('span', { class: `swatch line${line.style}` });
      return [h('li', {}, swatch, line.short, h('b', {}, valueWords(measure, y[idx!], low[idx!], high[idx!])))];
    });
    this.tip.replaceChildren(h('p', {}, this.placeWords(idx!)), h('ul', {}, ...rows));
    const isRight = left > chart.over.clientWidth / 2;
    const at = chart.over.offsetLeft + left;
    Object.assign(this.tip.style, {
      left: isRight ? '' : `${at + 14}px`,
      right: isRight ? `${this.stage.clientWidth - at + 14}px` : '',
    });
  }

  private placeWords(idx: number): string {
    const { plot } = this.drawing;
    const x = plot.x[idx];
    const stages = new Set(plot.series.map(({ line }) => stageAt(line.runs[0], x)));
    const [stage] = stages;
    return `Step ${thousands(x)}${stages.size === 1 && stage ? ` · ${stage}` : ''}`;
  }

  private select({ select, posToVal }: uPlot): void {
    if (select.width < 4) return;
    const [from, to] = [posToVal(select.left, 'x'), posToVal(select.left + select.width, 'x')].map(Math.round);
    this.chart?.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    if (to - from >= 2) this.room.zoom({ from: Math.max(1, from), to });
  }

  private press(event: KeyboardEvent): void {
    const { chart, drawing } = this;
    if (!chart || event.target !== this.stage) return;
    const places = within(drawing.plot, drawing.range);
    const now = this.place === undefined ? -1 : places.indexOf(chart.valToIdx(this.place));
    const far = Math.max(1, Math.round(places.length / 10));
    const moves: Record<string, number> = {
      ...{ ArrowRight: now + 1, ArrowLeft: now < 0 ? places.length - 1 : now - 1, Home: 0, End: places.length - 1 },
      ...{ PageDown: now + far, PageUp: now - far },
    };
    if (event.key in moves) this.moveTo(places[Math.min(places.length - 1, Math.max(0, moves[event.key]))]);
    else if (event.key === '+' || event.key === '-') this.scale(event.key === '+' ? 0.5 : 2);
    else if (event.key === 'Escape' || event.key === '0') this.room.zoom(undefined);
    else return;
    event.preventDefault();
  }

  private moveTo(idx: number | undefined): void {
    if (idx === undefined) return;
    const { plot, measure } = this.drawing;
    this.place = plot.x[idx];
    this.putCursor(idx);
    const words = plot.series.flatMap(({ line, y, low, high }) =>
      typeof y[idx] === 'number' ? [`${line.name} ${valueWords(measure, y[idx], low[idx], high[idx])}`] : [],
    );
    this.room.say(`${this.placeWords(idx)}: ${words.join('; ')}`);
  }

  private putCursor(idx: number): void {
    const { x, series } = this.drawing.plot;
    const value = series.map(({ y }) => y[idx]).find((one) => typeof one === 'number');
    this.chart?.setCursor({ left: this.chart.valToPos(x[idx], 'x'), top: this.chart.valToPos(value ?? 0, 'y') });
  }

  /** Shows half or twice as many steps around the cursor. */
  private scale(factor: number): void {
    const { range, plot } = this.drawing;
    const { from, to } = range ?? { from: 1, to: plot.end };
    const middle = this.place ?? (from + to) / 2;
    const reach = Math.max(2, ((to - from) * factor) / 2);
    const next = { from: Math.max(1, Math.round(middle - reach)), to: Math.min(plot.end, Math.round(middle + reach)) };
    this.room.zoom(next.from <= 1 && next.to >= plot.end ? undefined : next);
  }
}

type Value = number | null | undefined;

/** `43.1 [38.2, 48.0]`, or the value alone where nothing lies around it. */
function valueWords({ format }: Measure, value: Value, low: Value, high: Value): string {
  if (typeof value !== 'number') return '';
  const isAlone = typeof low !== 'number' || typeof high !== 'number' || low === high;
  return isAlone ? format(value) : `${format(value)} [${format(low)}, ${format(high)}]`;
}

/** At most so many of them, the first and the last among them. */
function thinned<T>(all: readonly T[], most: number): T[] {
  if (all.length <= most) return [...all];
  return Array.from({ length: most }, (_, i) => all[Math.round((i * (all.length - 1)) / (most - 1))]);
}
