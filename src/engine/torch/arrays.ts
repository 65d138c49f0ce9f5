/** Arrays of numbers as the protocol carries them, and batches made of them. Every supported machine is little-endian. */
import type { Batch } from '../learner';
import type { WireBatch } from './protocol';

/** Base64 of the array's bytes. */
export function encode({ buffer, byteOffset, byteLength }: Int32Array | Float32Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('base64');
}

export const decodeBytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'base64'));
export const decodeIntegers = (text: string): Int32Array => new Int32Array(decodeBytes(text).buffer);
export const decodeFloats = (text: string): Float32Array => new Float32Array(decodeBytes(text).buffer);

export function encodeBatch(batch: Batch): WireBatch {
  const { rows, length, exampleCount } = batch;
  return {
    rows,
    length,
    tokens: encode(batch.tokens),
    targets: encode(batch.targets),
    positions: encode(batch.positions),
    examples: encode(batch.examples),
    weights: encode(batch.weights),
    exampleCount,
  };
}
