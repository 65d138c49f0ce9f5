/** Layer normalisation, forward and backward. */
import type { Value } from './graph';
import { inverseDeviation } from './layers';
import type { Tape } from './tape';

/** (x − mean) / √(variance + ε) · weight + bias over the last axis of x [places, features]. */
export function layerNorm(tape: Tape, x: Value, weight: Value, bias: Value, epsilon: number): Value {
  const { graph } = tape;
  const column = { shape: [x.shape[0], 1] };
  const [output, givenMean, givenInverse] = graph.ops(
    'LayerNormalization',
    [x, weight, bias],
    [{ shape: x.shape }, column, column],
    { axis: -1, epsilon: { float: epsilon }, stash_type: 1 },
  );
  // WebGPU's operator gives the first result alone.
  const isWhole = graph.provider !== 'webgpu';
  const mean = isWhole ? givenMean : graph.mean(x);
  const inverse = isWhole ? givenInverse : inverseDeviation(graph, graph.binary('Sub', x, mean), epsilon);
  return tape.record(output, [x, weight, bias], (gradient) => {
    const unit = graph.binary('Mul', graph.binary('Sub', x, mean), inverse);
    const product = graph.binary('Mul', gradient, unit);
    const weighted = graph.binary('Mul', gradient, weight);
    // inverse · (g·w − mean(g·w) − unit · mean(g·w·unit))
    const across = graph.binary('Mul', unit, graph.mean(graph.binary('Mul', weighted, unit)));
    const centred = graph.binary('Sub', weighted, graph.mean(weighted));
    return [
      tape.added(graph.binary('Mul', inverse, graph.binary('Sub', centred, across))),
      (sum) => tape.added(graph.sum(product, [0], false))(sum),
      (sum) => tape.added(graph.sum(gradient, [0], false))(sum),
    ];
  });
}
