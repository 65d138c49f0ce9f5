/**
 * What the page has been told, and so what it must be told next: everything once, then only what has changed. It knows
 * no window; messages go where its owner sends them. Pure.
 */
import { isDeepStrictEqual } from 'node:util';
import type { CurvePart, HostMessage, Range, RunEntry, RunFacts } from '../../../webview/messages';
import { bucketSize, type Curve } from './curve';

/** Buckets of a curve that the page gets, and of a range that it looks at closely. */
const most = { whole: 1024, range: 2048 };

/** A run that is shown. */
export interface ShownRun {
  facts: RunFacts;
  curve: Curve;
  /** How often the run was cut back. */
  restarts: number;
}

/** What stands to be shown now. */
export interface Scene {
  entries: RunEntry[];
  /** Paths of what is to be shown, in order, whether it has been found yet or not. */
  wanted: readonly string[];
  /** What has been found of it. */
  shown: Map<string, ShownRun>;
}

interface Told {
  size: number;
  steps: number;
  restarts: number;
  facts: string;
}

export class Projection {
  private told = new Map<string, Told>();
  private list = '';
  private range?: Range;
  private detailed = '';

  constructor(private readonly post: (message: HostMessage) => void) {}

  /** The page knows nothing any more, but is to show the same range. */
  reset(): void {
    Object.assign(this, { told: new Map(), list: '', detailed: '' });
  }

  /** The page looks closely at a range of steps, or no longer. */
  zoom(range: Range | undefined): void {
    if (isDeepStrictEqual(range, this.range)) return;
    this.range = range;
    this.detailed = '';
  }

  /** Tells what is new. */
  update({ entries, wanted, shown }: Scene): void {
    this.tellList(entries, [...wanted]);
    const steps = Math.max(0, ...[...shown.values()].map(({ curve }) => curve.length));
    const size = bucketSize(steps, most.whole);
    for (const [path, run] of shown) this.tellRun(path, run, size);
    for (const path of this.told.keys()) if (!shown.has(path)) this.told.delete(path);
    this.tellRange(shown, size);
  }

  private tellList(runs: RunEntry[], shown: string[]): void {
    const list = JSON.stringify([runs, shown]);
    if (list !== this.list) this.post({ type: 'runs', runs, shown });
    this.list = list;
  }

  private tellRun(path: string, { facts, curve, restarts }: ShownRun, size: number): void {
    const told = this.told.get(path);
    const text = JSON.stringify(facts);
    if (told?.facts !== text) this.post({ type: 'facts', run: facts });
    const goesOn = told?.size === size && told.restarts === restarts;
    const isNew = !goesOn || told.steps !== curve.length;
    const from = goesOn ? Math.floor(told.steps / size) : 0;
    if (isNew) this.post({ type: 'curve', ...partOf(path, curve, size, from) });
    this.told.set(path, { size, steps: curve.length, restarts, facts: text });
  }

  /** The range again where it has changed; nothing where the whole curves are as fine. */
  private tellRange(shown: Map<string, ShownRun>, coarse: number): void {
    if (!this.range) return;
    const { from, to } = this.range;
    const size = bucketSize(to - from + 1, most.range);
    const within = [...shown].map(([path, { curve, restarts }]) => [path, Math.min(curve.length, to), restarts]);
    const state = JSON.stringify([this.range, coarse, within]);
    if (size >= coarse || state === this.detailed) return;
    this.detailed = state;
    const [first, last] = [Math.floor((from - 1) / size), Math.ceil(to / size)];
    const curves = [...shown].map(([path, { curve }]) => partOf(path, curve, size, first, last));
    this.post({ type: 'detail', range: this.range, curves });
  }
}

function partOf(path: string, curve: Curve, size: number, from: number, to = Infinity): CurvePart {
  const end = Math.max(from, Math.min(to, Math.ceil(curve.length / size)));
  return { path, size, from, columns: curve.buckets(size, from, end) };
}
