/**
 * Each differentiable operation alone, against the same operation in TensorFlow.js and against finite differences.
 * The loss is Σ projection · output for a random projection, so that every element of the gradient matters.
 */
import assert from 'node:assert/strict';
import * as tf from '@tensorflow/tfjs-core';
import { Tensor } from 'onnxruntime-node';
import { attention, surroundings } from '../../../src/engine/onnx/attention';
import { gelu, geluTanh } from '../../../src/engine/onnx/gelu';
import { Graph, type Shape, type Value } from '../../../src/engine/onnx/graph';
import { layerNorm } from '../../../src/engine/onnx/layer-norm';
import { add, gatedUnit, linear, reshaped, rmsNorm, takeRows } from '../../../src/engine/onnx/layers';
import { Tape } from '../../../src/engine/onnx/tape';
import { crossEntropy, embed } from '../../../src/engine/onnx/vocabulary';
import * as reference from './reference';
import { assertNear, dot, evaluate, norm, provider, Random, tiny } from './support';

interface Input {
  /** As the graph knows it, run-time dimensions by name. */
  shape: Shape;
  dims: number[];
}

interface Operation {
  /** What it is differentiated by. */
  inputs: Input[];
  /** What else it needs. */
  given?: Record<string, Tensor>;
  engine: (tape: Tape, inputs: Value[]) => Value;
  reference: (...inputs: tf.Tensor2D[]) => tf.Tensor;
}

const matrix = (rows: number, columns: number): Input => ({ shape: [rows, columns], dims: [rows, columns] });
const vector = (size: number): Input => ({ shape: [size], dims: [size] });
const states = (rows: number, columns: number): Input => ({ shape: ['places', columns], dims: [rows, columns] });
const ints = (dims: number[], values: number[]) => new Tensor('int32', Int32Array.from(values), dims);

/** Two rows of seven places: examples of 4 and 2 places and one of padding, then one of 7. */
const packed = {
  examples: [0, 0, 0, 0, 1, 1, -1, 2, 2, 2, 2, 2, 2, 2],
  positions: [0, 1, 2, 3, 0, 1, 0, 0, 1, 2, 3, 4, 5, 6],
  spans: [
    [0, 4],
    [4, 2],
    [6, 1],
    [7, 7],
  ],
};

function attentionOf(kvHeads: number): Operation {
  const config = { ...tiny, kvHeads };
  const keys = kvHeads * config.headSize;
  const queries = config.heads * config.headSize;
  return {
    inputs: [states(14, queries), states(14, keys), states(14, keys)],
    given: { examples: ints([2, 7], packed.examples), positions: ints([2, 7], packed.positions) },
    engine: (tape, [q, k, v]) => {
      const grid = (name: string) => tape.graph.input(name, ['rows', 'length'], 'int32');
      return attention(tape, config, [q, k, v], surroundings(tape.graph, config, grid('examples'), grid('positions')));
    },
    reference: (q, k, v) =>
      tf.concat(
        packed.spans.map(([start, length]) => {
          const [a, b, c] = [q, k, v].map((x) => tf.slice(x, [start, 0], [length, x.shape[1]]));
          return reference.attention(config, a, b, c);
        }),
      ),
  };
}

const tokens = [3, 1, 3, 3, 0, 7, 3];
const targets = [5, 5, 0, 7, 5, 5, 1];
const weights = [0.5, 0.1, 1, 0.25, 0.3, 0.7, 2];

const operations: Record<string, Operation> = {
  linear: {
    inputs: [matrix(5, 6), matrix(4, 6)],
    engine: (tape, [x, weight]) => linear(tape, x, { weight }),
    reference: (x, weight) => reference.linear(x, weight),
  },
  'linear with a residual': {
    inputs: [matrix(5, 6), matrix(4, 6), matrix(5, 4)],
    engine: (tape, [x, weight, plus]) => linear(tape, x, { weight }, plus),
    reference: (x, weight, plus) => tf.add(plus, reference.linear(x, weight)),
  },
  'linear twice with one input and one weight': {
    inputs: [matrix(5, 6), matrix(6, 6)],
    engine: (tape, [x, weight]) => linear(tape, linear(tape, x, { weight }), { weight }, x),
    reference: (x, weight) => tf.add(x, reference.linear(reference.linear(x, weight), weight)),
  },
  'linear with a bias': {
    inputs: [states(5, 6), matrix(4, 6), vector(4)],
    engine: (tape, [x, weight, bias]) => linear(tape, x, { weight, bias }),
    reference: (x, weight, bias) => tf.add(reference.linear(x, weight), bias),
  },
  'linear with a bias and a residual': {
    inputs: [states(5, 6), matrix(4, 6), vector(4), states(5, 4)],
    engine: (tape, [x, weight, bias, plus]) => linear(tape, x, { weight, bias }, plus),
    reference: (x, weight, bias, plus) => tf.add(plus, tf.add(reference.linear(x, weight), bias)),
  },
  'add, one input twice': {
    inputs: [states(5, 6), states(5, 6)],
    engine: (tape, [a, b]) => add(tape, add(tape, a, b), a),
    reference: (a, b) => tf.add(tf.add(a, b), a),
  },
  reshaped: {
    inputs: [states(5, 6)],
    engine: (tape, [x]) => reshaped(tape, x, ['heads', 3]),
    reference: (x) => tf.reshape(x, [10, 3]),
  },
  layerNorm: {
    inputs: [states(5, 8), vector(8), vector(8)],
    engine: (tape, [x, weight, bias]) => layerNorm(tape, x, weight, bias, 0.1),
    reference: (x, weight, bias) => reference.layerNorm(x, weight, bias, 0.1),
  },
  gelu: {
    inputs: [states(5, 8)],
    engine: (tape, [x]) => gelu(tape, x),
    reference: (x) => tf.mul(x, tf.mul(0.5, tf.add(1, tf.erf(tf.mul(x, Math.SQRT1_2))))),
  },
  'gelu by a tangent': {
    inputs: [states(5, 8)],
    engine: (tape, [x]) => geluTanh(tape, x),
    reference: (x) => {
      const inner = tf.mul(Math.sqrt(2 / Math.PI), tf.add(x, tf.mul(0.044715, tf.pow(x, 3))));
      return tf.mul(tf.mul(0.5, x), tf.add(1, tf.tanh(inner)));
    },
  },
  rmsNorm: {
    inputs: [matrix(5, 8), vector(8)],
    engine: (tape, [x, weight]) => rmsNorm(tape, x, weight, 0.1),
    reference: (x, weight) => reference.rmsNorm(x, weight, 0.1),
  },
  gatedUnit: {
    inputs: [matrix(5, 8), matrix(5, 8)],
    engine: (tape, [gate, up]) => gatedUnit(tape, gate, up),
    reference: (gate, up) => reference.gatedUnit(gate, up),
  },
  takeRows: {
    inputs: [states(6, 5)],
    given: { indices: ints([3], [4, 0, 5]) },
    engine: (tape, [x]) => takeRows(tape, x, tape.graph.input('indices', ['scored'], 'int32')),
    reference: (x) => tf.gather(x, tf.tensor1d([4, 0, 5], 'int32')),
  },
  'embed with repeated tokens': {
    inputs: [matrix(9, 5)],
    given: { tokens: ints([7], tokens) },
    engine: (tape, [table]) => embed(tape, table, tape.graph.input('tokens', ['places'], 'int32')),
    reference: (table) => tf.gather(table, tf.tensor1d(tokens, 'int32')),
  },
  'attention, every query with its own keys': attentionOf(tiny.heads),
  'attention, grouped queries': attentionOf(2),
  'attention, one key for all queries': attentionOf(1),
  'crossEntropy with repeated targets': {
    inputs: [{ shape: ['scored', 6], dims: [7, 6] }, matrix(9, 6)],
    given: { targets: ints([7], targets), weights: new Tensor('float32', Float32Array.from(weights), [7]) },
    engine: (tape, [hidden, table]) => {
      const ids = tape.graph.input('targets', ['scored'], 'int32');
      return crossEntropy(tape, hidden, table, { tokens: ids, weights: tape.graph.input('weights', ['scored']) }).loss;
    },
    reference: (hidden, table) => tf.sum(tf.mul(reference.crossEntropy(hidden, table, targets), weights)),
  },
};

/** Output and gradients by the engine, at the given values; the projection has the shape of the output. */
async function run({ inputs, given, engine }: Operation, values: Float32Array[], projection: Tensor) {
  const tape = new Tape(new Graph(provider));
  const named = inputs.map(({ shape }, i) => tape.graph.input(`input.${i}`, shape));
  const output = engine(tape, named);
  const results = [output, ...tape.gradients(project(tape, output), named)];
  const feeds = Object.fromEntries(inputs.map(({ dims }, i) => [`input.${i}`, new Tensor('float32', values[i], dims)]));
  const names = results.map(({ name }) => name);
  const onto: Record<string, Tensor> = output.shape.length > 0 ? { projection } : {};
  const [forward, ...gradients] = await evaluate(tape.graph.build(results), { ...feeds, ...given, ...onto }, names);
  return { output: forward, gradients };
}

/** Σ projection · output; an output that is a loss already stays as it is. */
function project(tape: Tape, output: Value): Value {
  if (output.shape.length === 0) return output;
  const onto = tape.graph.input('projection', output.shape);
  const loss = tape.graph.sum(tape.graph.binary('Mul', output, onto), [0, 1], false);
  return tape.record(loss, [output], () => [tape.added(onto)]);
}

describe('operations', () => {
  for (const [name, operation] of Object.entries(operations)) {
    const random = new Random(3);
    const values = operation.inputs.map(({ dims }) => random.normal(dims.reduce((a, b) => a * b)));
    const tensors = () => operation.inputs.map(({ dims }, i) => tf.tensor<tf.Rank>(values[i], dims) as tf.Tensor2D);
    const expected = operation.reference(...tensors());
    const factors = expected.rank > 0 ? random.normal(expected.size) : Float32Array.of(1);
    const projection = new Tensor('float32', factors, expected.shape);

    it(`${name}: forward and gradients equal those of TensorFlow.js`, async () => {
      const onto = tf.tensor(factors, expected.shape);
      const loss = (...inputs: tf.Tensor[]) =>
        tf.sum(tf.mul(operation.reference(...(inputs as tf.Tensor2D[])), onto)) as tf.Scalar;
      const wanted = tf.grads(loss)(tensors());
      const { output, gradients } = await run(operation, values, projection);
      assertNear(output, expected.dataSync(), 2e-6, 'output');
      gradients.forEach((gradient, i) => assertNear(gradient, wanted[i].dataSync(), 5e-6, `gradient ${i}`));
    });

    it(`${name}: gradients equal finite differences`, async () => {
      const { gradients } = await run(operation, values, projection);
      for (let trial = 0; trial < 3; trial++) {
        const directions = values.map(({ length }) => random.normal(length));
        const lossAt = async (step: number) => {
          const moved = values.map((list, i) => list.map((x, j) => x + step * directions[i][j]));
          return dot((await run(operation, moved, projection)).output, factors);
        };
        const slope = gradients.reduce((sum, gradient, i) => sum + dot(gradient, directions[i]), 0);
        const measured = ((await lossAt(5e-3)) - (await lossAt(-5e-3))) / 1e-2;
        const allowed = 2e-3 * norm(...gradients);
        assert.ok(Math.abs(slope - measured) < allowed, `${slope}, measured ${measured} ± ${allowed}`);
      }
    });
  }
});
