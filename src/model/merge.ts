/** A model whose adapters have been taken into its weights. */
import type { Model } from './folder';
import { adapterOf, loraScale } from './lora';
import { baseParameters } from './parameters';

/** The model without adapters that computes the same; each weight is computed when it is read. */
export function merged({ config, weights }: Model): Model {
  const { lora, ...plain } = config;
  if (!lora) return { config, weights };
  const inputs = new Map(baseParameters(config).map(({ name, shape }) => [name, shape[1]]));
  return {
    config: plain,
    weights: {
      entries: weights.entries,
      async read(name) {
        const weight = await weights.read(name);
        const adapter = adapterOf(name, config);
        if (!adapter) return weight;
        const [a, b] = [await weights.read(adapter.a), await weights.read(adapter.b)];
        const { rows } = adapter;
        return added(weight, { a, b, rows, inputs: inputs.get(name)!, scale: loraScale(lora) });
      },
    },
  };
}

interface Update {
  a: Float32Array;
  b: Float32Array;
  /** Rows of b, one an output; all of them unless given. */
  rows?: readonly number[];
  inputs: number;
  scale: number;
}

/** weight [outputs, inputs] + scale · b [outputs, rank] · a [rank, inputs]. */
function added(weight: Float32Array, { a, b, rows, inputs, scale }: Update): Float32Array {
  const rank = a.length / inputs;
  const sum = weight.slice();
  for (let output = 0; output < weight.length / inputs; output++)
    for (let r = 0; r < rank; r++) {
      const factor = scale * b[(rows?.[output] ?? output) * rank + r];
      for (let input = 0; input < inputs; input++) sum[output * inputs + input] += factor * a[r * inputs + input];
    }
  return sum;
}
