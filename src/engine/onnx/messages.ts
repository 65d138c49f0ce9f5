/** What a graph is made of, as the messages of the ONNX file format: attributes, constants, values. */
import { bytesOf } from '../../model/floats';
import { sizeOf } from '../../model/parameters';
import type { Value } from './graph';
import type { AttributeProto, LateTensorProto, TensorProto, ValueProto } from './proto';

/** The numbers by which ONNX calls the element types that occur here. */
export const numberOf = { float32: 1, int32: 6, int64: 7, bool: 9 } as const;
export type ElementType = keyof typeof numberOf;

export type Attribute = number | { float: number } | string | readonly number[];
export type Attributes = Record<string, Attribute>;

/** Where a constant's numbers begin that do not stand in the graph's own file. */
export interface Place {
  file: string;
  /** Bytes. */
  offset: number;
}

export function attributeProto([name, value]: [string, Attribute]): AttributeProto {
  if (typeof value === 'number') return { name, type: 2, i: value };
  if (typeof value === 'string') return { name, type: 3, s: Buffer.from(value) };
  if ('float' in value) return { name, type: 1, f: value.float };
  return { name, type: 7, ints: value };
}

export function valueProto({ name, shape, type }: Value): ValueProto {
  const dim = shape.map((size) => (typeof size === 'string' ? { dim_param: size } : { dim_value: size }));
  return { name, type: { tensor_type: { elem_type: numberOf[type], shape: { dim } } } };
}

export function constantProto(
  name: string,
  dims: readonly number[],
  type: ElementType,
  data: readonly number[] | Float32Array,
): TensorProto {
  return { name, data_type: numberOf[type], dims, raw_data: encoded(data, type) };
}

/** A constant of float32 whose numbers follow in the file. */
export function lateProto(name: string, dims: readonly number[]): LateTensorProto {
  return { name, data_type: numberOf.float32, dims, bytes: sizeOf(dims) * Float32Array.BYTES_PER_ELEMENT };
}

/** A constant of float32 whose numbers stand elsewhere. */
export function pointerProto(name: string, shape: readonly number[], { file, offset }: Place): TensorProto {
  const { bytes: length, ...tensor } = lateProto(name, shape);
  const entries = Object.entries({ location: file, offset, length });
  return { ...tensor, data_location: 1, external_data: entries.map(([key, value]) => ({ key, value: String(value) })) };
}

function encoded(data: readonly number[] | Float32Array, type: ElementType): Uint8Array {
  switch (type) {
    case 'float32':
      return bytesOf(Float32Array.from(data));
    case 'int32':
      return new Uint8Array(Int32Array.from(data).buffer);
    case 'int64':
      return new Uint8Array(BigInt64Array.from(data, (x) => BigInt(x)).buffer);
    case 'bool':
      return Uint8Array.from(data);
  }
}
