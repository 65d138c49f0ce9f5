/**
 * The numbers that blocks of ggml's types stand for, in single precision and rounded where the reference rounds: equal,
 * bit for bit, to `gguf.quants.dequantize`. `steps` gives the distance between neighbouring values that a block can
 * hold. Source: https://github.com/ggml-org/llama.cpp/blob/master/gguf-py/gguf/quants.py
 */
import { halfToNumber, toFloat32 } from '../floats';
import { blockTypes, type TypeName } from './types';

/** Writes the numbers of the block at byte `at` to `out` from index `to` on; gives the sum of its numbers' steps. */
type Decoder = (bytes: Buffer, at: number, out: Float32Array, to: number) => number;

export interface Decoded {
  numbers: Float32Array;
  /** Sum over the numbers of the step that each was rounded by; 0 for types without blocks. */
  steps: number;
}

/** The numbers of whole blocks. `bytes` must start at an address of its own, as a fresh buffer does. */
export function dequantize(bytes: Buffer, type: TypeName): Decoded {
  const decode = decoders[type];
  if (!decode) return { numbers: toFloat32(bytes, type)!, steps: 0 };
  const block = blockTypes[type];
  const numbers = new Float32Array((bytes.length / block.bytes) * block.numbers);
  let steps = 0;
  for (let at = 0, to = 0; at < bytes.length; at += block.bytes, to += block.numbers) {
    steps += decode(bytes, at, numbers, to);
  }
  return { numbers, steps };
}

const half = (bytes: Buffer, at: number) => halfToNumber(bytes[at] | (bytes[at + 1] << 8));
const signed = (byte: number) => (byte << 24) >> 24;
const { fround } = Math;

/** The least 4 bits of 16 bytes from `at` on are the first 16 numbers, the others the next 16. */
function nibbles(use: (i: number, nibble: number) => void, bytes: Buffer, at: number): void {
  for (let i = 0; i < 16; i++) {
    use(i, bytes[at + i] & 15);
    use(i + 16, bytes[at + i] >> 4);
  }
}

const q8_0: Decoder = (bytes, at, out, to) => {
  const scale = half(bytes, at);
  for (let i = 0; i < 32; i++) out[to + i] = scale * signed(bytes[at + 2 + i]);
  return 32 * Math.abs(scale);
};

const q4_0: Decoder = (bytes, at, out, to) => {
  const scale = half(bytes, at);
  nibbles((i, low) => (out[to + i] = scale * (low - 8)), bytes, at + 2);
  return 32 * Math.abs(scale);
};

const q4_1: Decoder = (bytes, at, out, to) => {
  const scale = half(bytes, at);
  const least = half(bytes, at + 2);
  nibbles((i, low) => (out[to + i] = fround(scale * low) + least), bytes, at + 4);
  return 32 * Math.abs(scale);
};

const q5_0: Decoder = (bytes, at, out, to) => {
  const scale = half(bytes, at);
  const fifth = bytes.readUInt32LE(at + 2);
  nibbles((i, low) => (out[to + i] = scale * ((low | (((fifth >>> i) & 1) << 4)) - 16)), bytes, at + 6);
  return 32 * Math.abs(scale);
};

const q5_1: Decoder = (bytes, at, out, to) => {
  const scale = half(bytes, at);
  const least = half(bytes, at + 2);
  const fifth = bytes.readUInt32LE(at + 4);
  nibbles((i, low) => (out[to + i] = fround(scale * (low | (((fifth >>> i) & 1) << 4))) + least), bytes, at + 8);
  return 32 * Math.abs(scale);
};

/** 8 groups of 32 numbers with scales and minima of 6 bits; two groups share 32 bytes. */
const q4_K: Decoder = (bytes, at, out, to) => {
  const [scale, least] = [half(bytes, at), half(bytes, at + 2)];
  let steps = 0;
  for (let group = 0; group < 8; group++) {
    const [groupScale, groupLeast] = sixBits(bytes, at + 4, group);
    const step = fround(scale * groupScale);
    const offset = fround(least * groupLeast);
    const start = at + 16 + 32 * (group >> 1);
    const shift = 4 * (group & 1);
    for (let i = 0; i < 32; i++) out[to + 32 * group + i] = fround(step * ((bytes[start + i] >> shift) & 15)) - offset;
    steps += 32 * Math.abs(step);
  }
  return steps;
};

/** A group's scale and minimum: of groups 4 to 7 the upper two bits lie in the bytes of groups 0 to 3. */
function sixBits(bytes: Buffer, at: number, group: number): [number, number] {
  if (group < 4) return [bytes[at + group] & 63, bytes[at + 4 + group] & 63];
  const low = bytes[at + 4 + group];
  return [(low & 15) | ((bytes[at + group - 4] >> 2) & 48), (low >> 4) | ((bytes[at + group] >> 2) & 48)];
}

/** Two halves of 128 numbers, each in 4 rows of 32: 4 bits in `ql`, 2 in `qh`, a scale for every 16 numbers. */
const q6_K: Decoder = (bytes, at, out, to) => {
  const scale = half(bytes, at + 208);
  let steps = 0;
  for (let group = 0; group < 16; group++) {
    const step = fround(scale * signed(bytes[at + 192 + group]));
    const [part, row, column] = [group >> 3, (group >> 1) & 3, 16 * (group & 1)];
    const low = at + 64 * part + 32 * (row & 1) + column;
    const high = at + 128 + 32 * part + column;
    for (let i = 0; i < 16; i++) {
      const value = ((bytes[low + i] >> (4 * (row >> 1))) & 15) | (((bytes[high + i] >> (2 * row)) & 3) << 4);
      out[to + 16 * group + i] = step * (value - 32);
    }
    steps += 16 * Math.abs(step);
  }
  return steps;
};

const decoders: Partial<Record<TypeName, Decoder>> = {
  Q8_0: q8_0,
  Q4_0: q4_0,
  Q4_1: q4_1,
  Q5_0: q5_0,
  Q5_1: q5_1,
  Q4_K: q4_K,
  Q6_K: q6_K,
};
