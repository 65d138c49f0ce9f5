/**
 * Reverse-mode differentiation over a graph. An operation emits its forward nodes and records how its result's gradient
 * becomes its inputs' gradients; `gradients` walks the records backwards and emits those nodes. What the operations are
 * is none of its business: see layers.ts.
 */
import { Graph, sameShape, type Value } from './graph';

/** Emits a gradient. Given the sum of the others so far, it adds itself to it, fused where the operator allows. */
export type Contribution = (sum: Value | undefined) => Value;

/** One contribution an input, undefined where none flows. */
type Backward = (gradient: Value) => (Contribution | undefined)[];

interface Entry {
  output: Value;
  inputs: readonly Value[];
  /** Hands the output's gradient on to the inputs. */
  pull: (gradient: Value, flow: Flow) => void;
}

export class Tape {
  private readonly entries: Entry[] = [];

  constructor(readonly graph: Graph) {}

  /** Registers an operation. */
  record(output: Value, inputs: readonly Value[], backward: Backward): Value {
    const pull: Entry['pull'] = (gradient, flow) => {
      backward(gradient).forEach((contribution, i) => contribution && flow.add(inputs[i], contribution));
    };
    this.entries.push({ output, inputs, pull });
    return output;
  }

  /**
   * What `compute` makes of x, with nothing on the way kept: it is computed again when its gradient is there. The second
   * time it begins with an x that waits for that gradient, so that it can neither be done earlier nor be merged with the
   * first. Source: Chen et al. (2016), arXiv 1604.06174.
   * @param compute gives a result of x's shape
   */
  recomputed(x: Value, compute: (tape: Tape, x: Value) => Value): Value {
    const first = new Tape(this.graph);
    const output = compute(first, x);
    const inputs = first.entries.flatMap((entry) => entry.inputs);
    const pull: Entry['pull'] = (gradient, flow) => {
      const again = new Tape(this.graph);
      const late = again.record(this.graph.after(x, gradient), [x], (later) => [again.added(later)]);
      flow.back(again.entries, compute(again, late), gradient);
    };
    this.entries.push({ output, inputs, pull });
    return output;
  }

  /**
   * Gradients of the scalar `loss`, in the order of `wanted`. `initial` gives, by name, sums to add to: this is how
   * micro-batches accumulate.
   */
  gradients(loss: Value, wanted: readonly Value[], initial: ReadonlyMap<string, Value> = new Map()): Value[] {
    const flow = new Flow(wanted, initial);
    flow.back(this.entries, loss, this.graph.scalar(1));
    return wanted.map((value) => this.checked(value, flow.sum(value)));
  }

  /** A contribution that is simply added. */
  added(gradient: Value): Contribution {
    return (sum) => (sum ? this.graph.binary('Add', sum, gradient) : gradient);
  }

  private checked(value: Value, gradient: Value | undefined): Value {
    if (!gradient) throw new Error(`The loss does not depend on ${value.name}`);
    if (!sameShape(gradient.shape, value.shape))
      throw new Error(`Shape mismatch: gradient [${gradient.shape.join()}] vs ${value.name} [${value.shape.join()}]`);
    return gradient;
  }
}

/** Gradients on their way back, summed up by the value that they belong to. */
class Flow {
  private readonly sums: Map<string, Value>;
  private readonly reached = new Set<string>();
  /** All that depends on the wanted values, themselves among it: gradients of the rest lead nowhere. */
  private readonly moved: Set<string>;

  constructor(wanted: readonly Value[], initial: ReadonlyMap<string, Value>) {
    this.sums = new Map(initial);
    this.moved = new Set(wanted.map(({ name }) => name));
  }

  sum({ name }: Value): Value | undefined {
    return this.sums.get(name);
  }

  add({ name }: Value, contribution: Contribution): void {
    if (!this.moved.has(name)) return;
    this.sums.set(name, contribution(this.sums.get(name)));
    this.reached.add(name);
  }

  /** Through all entries, from the last, whose `output` has this gradient. */
  back(entries: readonly Entry[], output: Value, gradient: Value): void {
    for (const entry of entries)
      if (entry.inputs.some(({ name }) => this.moved.has(name))) this.moved.add(entry.output.name);
    this.add(output, () => gradient);
    for (const entry of [...entries].reverse())
      if (this.reached.has(entry.output.name)) entry.pull(this.sum(entry.output)!, this);
  }
}
