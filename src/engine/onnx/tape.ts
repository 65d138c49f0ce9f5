/**
 * Reverse-mode differentiation over a graph. An operation emits its forward nodes and records how its result's gradient
 * becomes its inputs' gradients; `gradients` walks the records backwards and emits those nodes. What the operations are
 * is none of its business: see layers.ts.
 */
import { Graph, sameShape, type Value } from './graph';

/** Emits a gradient. Given the sum of the others so far, it adds itself to it, fused where the operator allows. */
export type Contribution = (sum: Value | undefined) => Value;

interface Entry {
  output: Value;
  inputs: readonly Value[];
  backward: (gradient: Value) => (Contribution | undefined)[];
}

export class Tape {
  private readonly entries: Entry[] = [];

  constructor(readonly graph: Graph) {}

  /** Registers an operation; `backward` gives one contribution an input, undefined where none flows. */
  record(output: Value, inputs: readonly Value[], backward: Entry['backward']): Value {
    this.entries.push({ output, inputs, backward });
    return output;
  }

  /**
   * Gradients of the scalar `loss`, in the order of `wanted`. `initial` gives, by name, sums to add to: this is how
   * micro-batches accumulate.
   */
  gradients(loss: Value, wanted: readonly Value[], initial: ReadonlyMap<string, Value> = new Map()): Value[] {
    const sums = new Map<string, Value>(initial);
    const reached = new Set([loss.name]);
    const moved = this.movedBy(wanted);
    sums.set(loss.name, this.graph.scalar(1));
    for (const { output, inputs, backward } of [...this.entries].reverse()) {
      if (!reached.has(output.name) || !moved.has(output.name)) continue;
      backward(sums.get(output.name)!).forEach((contribution, i) => {
        if (!contribution || !moved.has(inputs[i].name)) return;
        sums.set(inputs[i].name, contribution(sums.get(inputs[i].name)));
        reached.add(inputs[i].name);
      });
    }
    return wanted.map((value) => this.checked(value, sums.get(value.name)));
  }

  /** All that depends on the wanted values, themselves among it: gradients of the rest lead nowhere. */
  private movedBy(wanted: readonly Value[]): ReadonlySet<string> {
    const moved = new Set(wanted.map(({ name }) => name));
    for (const { output, inputs } of this.entries) {
      if (inputs.some(({ name }) => moved.has(name))) moved.add(output.name);
    }
    return moved;
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
