/** A model whose adapters have been taken into its weights. */
import type { ModelConfig } from './config';
import type { Model } from './folder';
import { isAdapter, loraNames, loraScale } from './lora';
import { baseParameters, parametersOf } from './parameters';

/** The model without adapters that computes the same; each weight is computed when it is read. */
export function merged({ config, weights }: Model): Model {
  const { lora, ...plain } = config;
  if (!lora) return { config, weights };
  const shapes = new Map(baseParameters(config).map(({ name, shape }) => [name, shape]));
  const adapters = new Set(adaptersIn(config));
  return {
    config: plain,
    weights: {
      entries: weights.entries,
      async read(name) {
        const weight = await weights.read(name);
        const { a, b } = loraNames(name.replace(/\.weight$/, ''));
        if (!adapters.has(a)) return weight;
        const [outputs, inputs] = shapes.get(name)!;
        return added(weight, await weights.read(a), await weights.read(b), { outputs, inputs, scale: loraScale(lora) });
      },
    },
  };
}

const adaptersIn = (config: ModelConfig) => parametersOf(config).flatMap(({ name }) => (isAdapter(name) ? [name] : []));

/** weight [outputs, inputs] + scale · b [outputs, rank] · a [rank, inputs]. */
function added(
  weight: Float32Array,
  a: Float32Array,
  b: Float32Array,
  { outputs, inputs, scale }: { outputs: number; inputs: number; scale: number },
): Float32Array {
  const rank = a.length / inputs;
  const sum = weight.slice();
  for (let output = 0; output < outputs; output++)
    for (let r = 0; r < rank; r++) {
      const factor = scale * b[output * rank + r];
      for (let input = 0; input < inputs; input++) sum[output * inputs + input] += factor * a[r * inputs + input];
    }
  return sum;
}
