/** Trying a provider: a matrix product that is timed, and a training step that must come out as on the processor. */
import { Tensor } from 'onnxruntime-node';
import { initialize } from '../../model/parameters';
import { sentence, tiny } from '../tiny';
import { type Device, processor } from './device';
import { Graph, type Provider } from './graph';
import { OnnxLearner } from './learner';
import { openSession } from './session';

const side = 512;

/** Milliseconds of a matrix product, the fastest of a few; rejects where the provider can't compute. */
export async function tryProduct(provider: Provider, threads: number): Promise<number> {
  const graph = new Graph(provider);
  const [a, b] = ['a', 'b'].map((name) => graph.input(name, [side, side]));
  const product = graph.op('MatMul', [a, b], [side, side]);
  const sum = graph.sum(product, [0, 1], false);
  const session = await openSession(graph.build([sum]), { provider, threads });
  const ones = new Tensor('float32', new Float32Array(side * side).fill(1), [side, side]);
  let best = Infinity;
  for (let trial = 0; trial < 4; trial++) {
    const started = performance.now();
    const found = await session.run({ a: ones, b: ones });
    best = Math.min(best, performance.now() - started);
    const value = (found[sum.name].data as Float32Array)[0];
    if (Math.abs(value / side ** 3 - 1) > 1e-3) throw new Error(`a product came out as ${value}`);
  }
  await session.release();
  return best;
}

/** Rejects where the losses of two training steps are not those of the processor. */
export async function tryStep(provider: Provider): Promise<void> {
  const expected = await tinyLosses(processor(1), 2);
  const found = await tinyLosses({ ...processor(1), provider }, 2);
  const wrong = found.findIndex((loss, step) => !(Math.abs(loss / expected[step] - 1) < 1e-3));
  if (wrong >= 0) throw new Error(`a training step came out with a loss of ${found[wrong]}, not ${expected[wrong]}`);
}

/** Losses of so many steps of a tiny model on one sentence. */
export async function tinyLosses(device: Device, steps: number): Promise<number[]> {
  const optimizer = { beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0.1, clip: 1 };
  const learner = new OnnxLearner({ config: tiny, weights: initialize(tiny, 1), optimizer, device });
  const losses = [];
  for (let step = 0; step < steps; step++) losses.push((await learner.step([sentence()], 1e-2)).loss);
  await learner.close();
  return losses;
}
