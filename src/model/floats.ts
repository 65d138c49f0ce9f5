/** Number types of weight files, and half-precision numbers as single precision ones. */

const sizes: Record<string, number> = {
  BOOL: 1,
  U8: 1,
  I8: 1,
  F8_E5M2: 1,
  F8_E4M3: 1,
  I16: 2,
  U16: 2,
  F16: 2,
  BF16: 2,
  I32: 4,
  U32: 4,
  F32: 4,
  F64: 8,
  I64: 8,
  U64: 8,
};

/** Bytes that one number of a safetensors type takes; undefined for an unknown type. */
export function bytesPerElement(type: unknown): number | undefined {
  return typeof type === 'string' && Object.hasOwn(sizes, type) ? sizes[type] : undefined;
}

/** Little-endian bytes of type F32, F16 or BF16 as numbers; undefined for any other type. */
export function toFloat32(bytes: Buffer, type: string): Float32Array | undefined {
  if (type === 'F32') return new Float32Array(aligned(bytes, 4));
  if (type === 'F16') return Float32Array.from(new Uint16Array(aligned(bytes, 2)), halfToNumber);
  if (type === 'BF16') return bfloatToFloat32(new Uint16Array(aligned(bytes, 2)));
  return undefined;
}

/** Numbers as the bytes that they are in memory, which they share: little-endian wherever this runs. */
export function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** The bytes as a buffer of their own if they don't start at a multiple of `size`. */
function aligned(bytes: Buffer, size: number): ArrayBuffer {
  const whole = bytes.byteOffset % size === 0 && bytes.byteLength === bytes.buffer.byteLength;
  return (whole ? bytes.buffer : Uint8Array.from(bytes).buffer) as ArrayBuffer;
}

/** BF16 is the upper half of a single-precision number. */
function bfloatToFloat32(halves: Uint16Array): Float32Array {
  const words = Uint32Array.from(halves, (half) => half << 16);
  return new Float32Array(words.buffer);
}

/** Every half-precision number by its bits, made when the first is asked for. */
let halves: Float32Array | undefined;

/** A half-precision number from its 16 bits. */
export function halfToNumber(half: number): number {
  halves ??= Float32Array.from({ length: 1 << 16 }, (_, bits) => computeHalf(bits));
  return halves[half];
}

/** IEEE 754 half precision: 1 bit of sign, 5 of exponent (bias 15), 10 of fraction. */
function computeHalf(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
