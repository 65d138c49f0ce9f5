/**
 * A graph under construction: values with shapes, constants, operators. It emits ONNX nodes and keeps shapes, and knows
 * nothing of gradients, layers or models. A dimension is a number, or the name of one that is known only when the graph
 * runs (`rows`, `places`, `scored` …), so that one graph serves batches of every size.
 */
import {
  attributeProto,
  type Attributes,
  constantProto,
  type ElementType,
  lateProto,
  numberOf,
  type Place,
  pointerProto,
  valueProto,
} from './messages';
import { encodeModel, type LateTensorProto, type NodeProto, type TensorProto } from './proto';

export type Dim = number | string;
export type Shape = readonly Dim[];

export interface Value {
  readonly name: string;
  readonly shape: Shape;
  readonly type: ElementType;
}

/** ONNX Runtime's own operators live in a domain of their own. */
const contributed = new Set(['FusedMatMul', 'GroupQueryAttention', 'RotaryEmbedding', 'QuickGelu']);

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dim, i) => dim === b[i]);
}

/** Shape of an element-wise result; throws where a dimension differs and neither is 1. */
function broadcastShape(a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const x = a[a.length - rank + i] ?? 1;
    const y = b[b.length - rank + i] ?? 1;
    if (x !== y && x !== 1 && y !== 1) throw new Error(`Shape mismatch: [${a.join(', ')}] vs [${b.join(', ')}]`);
    return x === 1 ? y : x;
  });
}

/** Who runs a graph: some lack operators, or results of operators, that others have. */
export type Provider = 'cpu' | 'webgpu' | 'cuda';

/** Or whatever knows the operators of the ONNX standard and no others. */
export type Target = Provider | 'any';

export class Graph {
  private readonly nodes: NodeProto[] = [];
  private readonly initializers: TensorProto[] = [];
  private readonly late: LateTensorProto[] = [];
  private readonly inputs: Value[] = [];
  private readonly constants = new Map<string, Value>();
  private counter = 0;

  constructor(readonly provider: Target = 'cpu') {}

  input(name: string, shape: Shape, type: ElementType = 'float32'): Value {
    const value = { name, shape, type };
    this.inputs.push(value);
    return value;
  }

  /** A constant tensor; equal small ones are shared. */
  constant(data: readonly number[] | Float32Array, shape: readonly number[], type: ElementType = 'float32'): Value {
    const key = data.length <= 16 ? `${type}|${shape.join()}|${data.join()}` : undefined;
    const known = key === undefined ? undefined : this.constants.get(key);
    if (known) return known;
    const value = { name: this.fresh('constant'), shape, type };
    this.initializers.push(constantProto(value.name, shape, type, data));
    if (key !== undefined) this.constants.set(key, value);
    return value;
  }

  /** A constant of float32 under a name of its own, whose numbers stand in another file, or else follow in this one. */
  weight(name: string, shape: readonly number[], place?: Place): Value {
    if (place) this.initializers.push(pointerProto(name, shape, place));
    else this.late.push(lateProto(name, shape));
    return { name, shape, type: 'float32' };
  }

  scalar(x: number): Value {
    return this.constant([x], []);
  }

  /** A list of sizes or axes, as ONNX wants them: a vector of int64. */
  sizes(list: readonly number[]): Value {
    return this.constant(list, [list.length], 'int64');
  }

  /** One operator with one result. */
  op(operator: string, inputs: readonly (Value | undefined)[], shape: Shape, attributes: Attributes = {}): Value {
    return this.ops(operator, inputs, [{ shape, type: inputs[0]?.type ?? 'float32' }], attributes)[0];
  }

  /** One operator with several results, under names of their own where somebody asks for them by name. */
  ops(
    operator: string,
    inputs: readonly (Value | undefined)[],
    results: readonly { shape: Shape; type?: ElementType; name?: string }[],
    attributes: Attributes = {},
  ): Value[] {
    const outputs = results.map(({ shape, type = 'float32', name }) => ({
      name: name ?? this.fresh(operator),
      shape,
      type,
    }));
    this.nodes.push({
      op_type: operator,
      domain: contributed.has(operator) ? 'com.microsoft' : '',
      name: outputs[0].name,
      input: inputs.map((value) => value?.name ?? ''),
      output: outputs.map((value) => value.name),
      attribute: Object.entries(attributes).map(attributeProto),
    });
    return outputs;
  }

  binary(operator: 'Add' | 'Sub' | 'Mul' | 'Div' | 'Max' | 'Min', a: Value, b: Value): Value {
    return this.op(operator, [a, b], broadcastShape(a.shape, b.shape));
  }

  unary(
    operator: 'Neg' | 'Sqrt' | 'Log' | 'Exp' | 'Erf' | 'Tanh' | 'Sigmoid' | 'Reciprocal' | 'Cos' | 'Sin',
    a: Value,
  ): Value {
    return this.op(operator, [a], a.shape);
  }

  cast(a: Value, type: ElementType): Value {
    return this.ops('Cast', [a], [{ shape: a.shape, type }], { to: numberOf[type] })[0];
  }

  /**
   * Of the dimensions known only at run time, those that stand where they stood before are kept; one other may be
   * found from the rest.
   */
  reshape(a: Value, shape: Shape): Value {
    if (sameShape(a.shape, shape)) return a;
    const list = shape.map((dim, axis) => (typeof dim === 'number' ? dim : dim === a.shape[axis] ? 0 : -1));
    if (list.filter((size) => size === -1).length > 1) throw new Error(`Ambiguous shape: ${shape.join()}`);
    return this.op('Reshape', [a, this.sizes(list)], shape);
  }

  /** The sizes of a value at run time, a vector of int64. */
  shapeOf(a: Value): Value {
    return this.ops('Shape', [a], [{ shape: [a.shape.length], type: 'int64' }])[0];
  }

  /** The same value, but not before `other`, of the same shape, is there. Copies nothing. */
  after(a: Value, other: Value): Value {
    return this.op('Reshape', [a, this.shapeOf(other)], a.shape);
  }

  /** One of these sizes, a scalar of int64. */
  sizeOf(a: Value, axis: number): Value {
    const index = this.constant([axis], [], 'int64');
    return this.ops('Gather', [this.shapeOf(a), index], [{ shape: [], type: 'int64' }], { axis: 0 })[0];
  }

  /** x [places, …] with its places apart as they are in `like` [rows, length], and its features in a shape of their own. */
  apart(x: Value, like: Value, features: readonly number[]): Value {
    const [rows, length] = like.shape;
    const sizes = [this.shapeOf(like), this.sizes(features)];
    const target = this.ops('Concat', sizes, [{ shape: [2 + features.length], type: 'int64' }], { axis: 0 })[0];
    return this.op('Reshape', [x, target], [rows, length, ...features]);
  }

  /** Zeros of a shape whose sizes at run time are given. */
  zeros(sizes: Value, shape: Shape): Value {
    return this.ops('ConstantOfShape', [sizes], [{ shape }])[0];
  }

  transpose(a: Value, permutation: readonly number[]): Value {
    return this.op(
      'Transpose',
      [a],
      permutation.map((axis) => a.shape[axis]),
      { perm: permutation },
    );
  }

  sum(a: Value, axes: readonly number[], keepDims: boolean): Value {
    return this.reduce('ReduceSum', a, axes, keepDims);
  }

  /** Over the last axis, which is kept as 1. */
  mean(a: Value): Value {
    return this.reduce('ReduceMean', a, [a.shape.length - 1], true);
  }

  sumOfSquares(a: Value): Value {
    const axes = a.shape.map((_, axis) => axis);
    return this.reduce('ReduceSumSquare', a, axes, false);
  }

  private reduce(operator: string, a: Value, axes: readonly number[], keepDims: boolean): Value {
    const reduced = a.shape.map((dim, axis) => (axes.includes(axis) ? 1 : dim));
    const shape = keepDims ? reduced : a.shape.filter((_, axis) => !axes.includes(axis));
    return this.op(operator, [a, this.sizes(axes)], shape, { keepdims: keepDims ? 1 : 0 });
  }

  /** Batched product op(a) · op(b) · scale over the last two dimensions, op being transposition where asked. */
  matmul(a: Value, b: Value, { transA = false, transB = false, scale = 1 } = {}): Value {
    const batch = broadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
    const shape = [...batch, a.shape.at(transA ? -1 : -2)!, b.shape.at(transB ? -2 : -1)!];
    if (a.shape.length === 2 && b.shape.length === 2 && scale === 1)
      return this.op('Gemm', [a, b], shape, { transA: Number(transA), transB: Number(transB) });
    if (this.provider !== 'cpu') {
      const product = this.op('MatMul', [transA ? this.flipped(a) : a, transB ? this.flipped(b) : b], shape);
      return scale === 1 ? product : this.binary('Mul', product, this.scalar(scale));
    }
    const attributes = { transA: Number(transA), transB: Number(transB), alpha: { float: scale } };
    return this.op('FusedMatMul', [a, b], shape, attributes);
  }

  /** The last two dimensions exchanged. */
  private flipped(a: Value): Value {
    const axes = a.shape.map((_, axis) => axis);
    return this.transpose(a, [...axes.slice(0, -2), axes.at(-1)!, axes.at(-2)!]);
  }

  /** The sum of values of one shape. */
  total(values: readonly Value[]): Value {
    const [first, ...others] = values;
    if (this.provider === 'webgpu') return others.reduce((sum, value) => this.binary('Add', sum, value), first);
    return others.length === 0 ? first : this.op('Sum', values, first.shape);
  }

  /** The bytes of an ONNX model that computes `outputs`, named as in the list. */
  build(outputs: readonly Value[]): Uint8Array {
    return this.pieces(outputs)[0];
  }

  /** The same where weights follow: what stands before the numbers of each, in the order in which they were made. */
  pieces(outputs: readonly Value[]): Uint8Array[] {
    const graph = {
      name: 'graph',
      node: this.nodes,
      initializer: this.initializers,
      input: this.inputs.map(valueProto),
      output: outputs.map(valueProto),
    };
    return encodeModel(graph, this.late);
  }

  private fresh(hint: string): string {
    return `${hint}_${this.counter++}`;
  }
}
