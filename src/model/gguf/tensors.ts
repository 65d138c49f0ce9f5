/** Numbers of a GGUF file's tensors, a part at a time, in the order of rows that `transformers` expects. */
import { open, type FileHandle } from 'node:fs/promises';
import { UserError } from '../../errors';
import { explained } from '../files';
import { notFinite } from '../finite';
import { sizeOf } from '../parameters';
import { dequantize, type Decoded } from './dequantize';
import type { GgufFile, GgufTensor } from './header';
import { blockTypes } from './types';

/** About so many numbers make a part. */
const partSize = 1 << 22;

type Source = Pick<GgufFile, 'file'>;

/** All numbers of one tensor. */
export async function readTensor(source: Source, tensor: GgufTensor): Promise<Float32Array> {
  const all = new Float32Array(sizeOf(tensor.shape));
  let at = 0;
  for await (const { numbers } of readParts(source, tensor)) {
    all.set(numbers, at);
    at += numbers.length;
  }
  return all;
}

/**
 * The numbers of a tensor, in parts of whole rows. Where llama.cpp has reordered the rows of each head (`headRows` of
 * them), parts are whole heads with their rows in the old order. Throws a UserError at a number that is not finite.
 */
export async function* readParts({ file }: Source, tensor: GgufTensor, headRows?: number): AsyncGenerator<Decoded> {
  const handle = await explained(file, 'read', open(file, 'r'));
  try {
    const { bytes, numbers } = blockTypes[tensor.type];
    const unit = rowSize(tensor) * (headRows ?? 1);
    const step = (unit * Math.max(1, Math.floor(partSize / unit)) * bytes) / numbers;
    for (let start = tensor.start; start < tensor.end; start += step) {
      const part = await read(handle, file, start, Math.min(step, tensor.end - start));
      const decoded = dequantize(part, tensor.type);
      const broken = notFinite(decoded.numbers);
      if (broken !== undefined)
        throw new UserError(`${file}: tensor "${tensor.name}" holds ${broken}; the model is broken.`);
      yield headRows ? { ...decoded, numbers: unpermuted(decoded.numbers, rowSize(tensor), headRows) } : decoded;
    }
  } finally {
    await handle.close();
  }
}

const rowSize = ({ shape }: GgufTensor) => shape.at(-1) ?? 1;

/**
 * llama.cpp rotates neighbours, `transformers` the halves of a head: row 2i + j of a head there is row i + j · rows / 2
 * here.
 */
function unpermuted(numbers: Float32Array, width: number, rows: number): Float32Array {
  const ordered = new Float32Array(numbers.length);
  for (let row = 0; row < numbers.length / width; row++) {
    const within = row % rows;
    const target = row - within + (within >> 1) + (within & 1) * (rows / 2);
    ordered.set(numbers.subarray(row * width, (row + 1) * width), target * width);
  }
  return ordered;
}

async function read(handle: FileHandle, file: string, start: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafeSlow(length);
  const { bytesRead } = await explained(file, 'read', handle.read(buffer, 0, length, start));
  if (bytesRead < length) throw new UserError(`${file} ended while it was being read.`);
  return buffer;
}
