/**
 * Many places with one token. ONNX Runtime's ScatterND adds in parallel without locks and so loses additions to a row
 * that is named twice; a gradient that used it would be wrong here, and different from run to run.
 */
import assert from 'node:assert/strict';
import { Tensor } from 'onnxruntime-node';
import { Graph } from '../../../src/engine/onnx/graph';
import { Tape } from '../../../src/engine/onnx/tape';
import { embed } from '../../../src/engine/onnx/vocabulary';
import { lossAndGradients } from './reference';
import {
  assertNear,
  evaluate,
  type Example,
  gradientsOf,
  learnerOf,
  pack,
  provider,
  Random,
  randomWeights,
  tiny,
  weightsOf,
} from './support';

const config = { ...tiny, layers: 1 };
const weights = randomWeights(config, 4);
const random = new Random(9);

/** 256 tokens, nearly all of them 5. */
const monotonous = (): Example => ({
  tokens: Array.from({ length: 256 }, () => (random.whole(0, 63) === 0 ? random.whole(3, 9) : 5)),
  weights: Array.from({ length: 255 }, () => 1 / 255 / 16),
});

describe('a token that fills almost all places', () => {
  it('collects the gradient of each of them, every time', async () => {
    const [places, vocabulary, features, favourite] = [16_384, 6, 64, 2];
    const tokens = Int32Array.from({ length: places }, (_, i) => (i % 1000 === 0 ? 4 : favourite));
    // Small whole numbers add up without rounding.
    const arriving = Float32Array.from({ length: places * features }, () => random.whole(-3, 4));
    const expected = new Float32Array(vocabulary * features);
    arriving.forEach((x, i) => (expected[tokens[Math.floor(i / features)] * features + (i % features)] += x));
    const { bytes, gradient } = embedding(vocabulary, features);
    const feeds = {
      table: new Tensor('float32', new Float32Array(vocabulary * features), [vocabulary, features]),
      tokens: new Tensor('int32', tokens, [places]),
      arriving: new Tensor('float32', arriving, [places, features]),
    };
    for (let run = 0; run < 20; run++) {
      const [found] = await evaluate(bytes, feeds, [gradient]);
      assert.deepEqual(found, expected, `run ${run}`);
    }
  });

  it('has the gradient that TensorFlow.js computes', async () => {
    const examples = Array.from({ length: 3 }, monotonous);
    const roomy = { ...config, maxPositions: 256 };
    const expected = lossAndGradients(roomy, weights, examples);
    for (let run = 0; run < 2; run++) {
      const { gradients } = await gradientsOf(
        roomy,
        weights,
        pack(
          examples.map((example) => [example]),
          255,
        ),
      );
      for (const [name, gradient] of expected.gradients) assertNear(gradients.get(name)!, gradient, 5e-5, name);
    }
  });

  it('does not make two equal trainings differ: on the processor by no bit, on WebGPU by rounding alone', async () => {
    const roomy = { ...config, maxPositions: 256 };
    const batch = pack(
      Array.from({ length: 9 }, () => [monotonous()]),
      255,
    );
    const train = async (batches: (typeof batch)[]) => {
      const learner = learnerOf(roomy, weights);
      for (let step = 0; step < 3; step++) await learner.step(batches, 3e-3);
      const trained = await weightsOf(learner);
      await learner.close();
      return trained;
    };
    for (const batches of [[batch], [batch, batch]]) {
      const [once, again] = [await train(batches), await train(batches)];
      if (provider === 'cpu') assert.deepEqual(again, once);
      for (const [name, values] of once) assertNear(again.get(name)!, values, 1e-5, name);
    }
  });
});

/** A graph of nothing but an embedding, whose output receives the gradient `arriving`. */
function embedding(vocabulary: number, features: number): { bytes: Uint8Array; gradient: string } {
  const tape = new Tape(new Graph());
  const { graph } = tape;
  const table = graph.input('table', [vocabulary, features]);
  const output = embed(tape, table, graph.input('tokens', ['places'], 'int32'));
  const arriving = graph.input('arriving', output.shape);
  const loss = graph.sum(graph.binary('Mul', output, arriving), [0, 1], false);
  tape.record(loss, [output], () => [tape.added(arriving)]);
  const [gradient] = tape.gradients(loss, [table]);
  return { bytes: graph.build([gradient]), gradient: gradient.name };
}
