/**
 * The differentiable operations of a decoder, each with a hand-derived backward pass that touches memory as rarely as
 * ONNX Runtime's CPU operators allow. Matrices are [outputs, inputs], activations [places, features].
 */
import type { Graph, Value } from './graph';
import type { Contribution, Tape } from './tape';

/** A projection's matrix [outputs, inputs] and, where it has them, its bias [outputs] and its adapter. */
export interface Projection {
  weight: Value;
  bias?: Value;
  lora?: Adapter;
}

/** a [rank, inputs] and b [outputs, rank]; `scale` multiplies their product. */
export interface Adapter {
  a: Value;
  b: Value;
  scale: number;
}

/** x · wᵀ (+ bias) (+ scale · x · aᵀ · bᵀ) (+ plus): a projection, with what is added taken into products. */
export function linear(tape: Tape, x: Value, { weight, bias, lora }: Projection, plus?: Value): Value {
  const plain = product(tape, x, weight, bias ? { bias } : { plus });
  const whole = bias && plus ? add(tape, plain, plus) : plain;
  if (!lora) return whole;
  return product(tape, product(tape, x, lora.a), lora.b, { plus: whole, scale: lora.scale });
}

interface Addend {
  /** Of the result's shape. */
  plus?: Value;
  /** [outputs], in place of it. */
  bias?: Value;
  scale?: number;
}

/** scale · x · wᵀ (+ plus, or + bias). */
function product(tape: Tape, x: Value, weight: Value, { plus, bias, scale = 1 }: Addend = {}): Value {
  const { graph } = tape;
  const addend = bias ?? plus;
  const alpha = { alpha: { float: scale } };
  const output = graph.op('Gemm', [x, weight, addend], [x.shape[0], weight.shape[0]], { transB: 1, ...alpha });
  return tape.record(output, addend ? [x, weight, addend] : [x, weight], (gradient) => [
    (sum) => graph.op('Gemm', [gradient, weight, sum], x.shape, alpha),
    (sum) => graph.op('Gemm', [gradient, x, sum], weight.shape, { transA: 1, ...alpha }),
    addend && ((sum) => tape.added(bias ? graph.sum(gradient, [0], false) : gradient)(sum)),
  ]);
}

/** a + b, of one shape. */
export function add(tape: Tape, a: Value, b: Value): Value {
  const output = tape.graph.binary('Add', a, b);
  return tape.record(output, [a, b], (gradient) => [tape.added(gradient), tape.added(gradient)]);
}

/** x / √(mean(x²) + ε) · weight over the last axis. */
export function rmsNorm(tape: Tape, x: Value, weight: Value, epsilon: number): Value {
  const { graph } = tape;
  const [, size] = x.shape;
  const { output, inverse } = normed(graph, x, weight, epsilon);
  return tape.record(output, [x, weight], (gradient) => {
    const product = graph.binary('Mul', gradient, x);
    const scaled = graph.binary('Mul', graph.binary('Mul', gradient, weight), inverse);
    return [
      rmsNormInput(tape, x, inverse, product, scaled, weight),
      (sum) => {
        const own = graph.reshape(graph.matmul(inverse, product, { transA: true }), [size]);
        return tape.added(own)(sum);
      },
    ];
  });
}

/** The norm, and what it multiplied by before the weight, [places, 1]. */
function normed(graph: Graph, x: Value, weight: Value, epsilon: number): { output: Value; inverse: Value } {
  if (graph.provider === 'any') {
    const inverse = inverseDeviation(graph, x, epsilon);
    return { inverse, output: graph.binary('Mul', graph.binary('Mul', x, inverse), weight) };
  }
  const [output, given] = graph.ops(
    'SimplifiedLayerNormalization',
    [x, weight],
    [{ shape: x.shape }, { shape: [x.shape[0], 1] }],
    { axis: -1, epsilon: { float: epsilon }, stash_type: 1 },
  );
  // WebGPU's operator gives no second result.
  return { output, inverse: graph.provider === 'webgpu' ? inverseDeviation(graph, x, epsilon) : given };
}

/** 1 / √(mean(x²) + ε) over the last axis, which is kept as 1. */
export function inverseDeviation(graph: Graph, x: Value, epsilon: number): Value {
  const variance = graph.mean(graph.binary('Mul', x, x));
  return graph.unary('Reciprocal', graph.unary('Sqrt', graph.binary('Add', variance, graph.scalar(epsilon))));
}

/** inverse · g·w − x · inverse³ · mean(g·w·x), the way back through the normalisation itself. */
function rmsNormInput(
  tape: Tape,
  x: Value,
  inverse: Value,
  product: Value,
  scaled: Value,
  weight: Value,
): Contribution {
  const { graph } = tape;
  const size = x.shape[1] as number;
  const dot = graph.matmul(product, graph.reshape(weight, [size, 1]));
  const cubed = graph.binary('Mul', graph.binary('Mul', inverse, inverse), inverse);
  const factor = graph.binary('Mul', graph.binary('Mul', dot, cubed), graph.scalar(1 / size));
  const back = graph.binary('Sub', scaled, graph.binary('Mul', x, factor));
  return tape.added(back);
}

/** silu(gate) · up. */
export function gatedUnit(tape: Tape, gate: Value, up: Value): Value {
  const { graph } = tape;
  const activated =
    graph.provider === 'any'
      ? graph.binary('Mul', gate, graph.unary('Sigmoid', gate))
      : graph.op('QuickGelu', [gate], gate.shape, { alpha: { float: 1 } });
  const output = graph.binary('Mul', activated, up);
  return tape.record(output, [gate, up], (gradient) => {
    const sigmoid = graph.unary('Sigmoid', gate);
    // silu′ = σ + silu · (1 − σ) = silu + σ · (1 − silu)
    const rest = graph.binary('Mul', sigmoid, graph.binary('Sub', graph.scalar(1), activated));
    const slope = graph.binary('Add', activated, rest);
    const toGate = graph.binary('Mul', graph.binary('Mul', gradient, up), slope);
    return [tape.added(toGate), tape.added(graph.binary('Mul', gradient, activated))];
  });
}

/** x in another shape. */
export function reshaped(tape: Tape, x: Value, shape: Value['shape']): Value {
  const { graph } = tape;
  const output = graph.reshape(x, shape);
  return tape.record(output, [x], (gradient) => [tape.added(graph.reshape(gradient, x.shape))]);
}

/** Rows of x, [count, features], at `indices`, which name no row twice. */
export function takeRows(tape: Tape, x: Value, indices: Value): Value {
  const { graph } = tape;
  const output = graph.op('Gather', [x, indices], [indices.shape[0], x.shape[1]], { axis: 0 });
  return tape.record(output, [x], (gradient) => {
    const zeros = graph.zeros(graph.shapeOf(x), x.shape);
    return [tape.added(scatterRows(tape, zeros, indices, gradient))];
  });
}

/** Sets rows of `base` (no row twice: ONNX Runtime's parallel addition would race). */
function scatterRows(tape: Tape, base: Value, indices: Value, rows: Value): Value {
  const { graph } = tape;
  const places = graph.reshape(graph.cast(indices, 'int64'), [indices.shape[0], 1]);
  return graph.op('ScatterND', [base, places, rows], base.shape);
}
