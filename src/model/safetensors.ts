/**
 * The safetensors format: an 8-byte length, a JSON header of names, types, shapes and byte ranges, then the data,
 * little-endian and without holes. Tensors are read and written one at a time, so memory holds one of them.
 * Source: https://github.com/huggingface/safetensors#format
 */
import { open, type FileHandle } from 'node:fs/promises';
import { UserError } from '../errors';
import { explained, replaceFile } from './files';
import { bytesOf, bytesPerElement, toFloat32 } from './floats';
import { sizeOf } from './parameters';

/** Where a tensor lies; `start` and `end` are byte offsets in the file. */
export interface TensorEntry {
  name: string;
  file: string;
  type: string;
  shape: number[];
  start: number;
  end: number;
}

export interface SafetensorsFile {
  tensors: Map<string, TensorEntry>;
  metadata: Record<string, string>;
}

/** A tensor to be written, row-major. */
export interface Tensor {
  name: string;
  shape: readonly number[];
  /** The numbers, or what makes them part by part when their turn comes, so that memory holds one part. */
  data: Float32Array | (() => AsyncIterable<Float32Array>);
}

/** The format's own limit on the length of a header, bytes. */
const longestHeader = 100_000_000;
const lengthBytes = 8;

/** Reads and checks the header. Throws a UserError that names the file, and the tensor where there is one. */
export function readHeader(file: string): Promise<SafetensorsFile> {
  return withFile(file, async (handle) => {
    const { size } = await handle.stat();
    const fail = (why: string) => new UserError(`${file} is not a sound safetensors file: ${why}.`);
    if (size < lengthBytes) throw fail(`it has only ${size} bytes`);
    const length = Number((await readBytes(handle, file, 0, lengthBytes)).readBigUInt64LE());
    if (length > longestHeader) throw fail(`its header claims ${length} bytes`);
    if (lengthBytes + length > size) throw fail(`its header of ${length} bytes is cut off`);
    const text = (await readBytes(handle, file, lengthBytes, length)).toString('utf8');
    return parseHeader(text, { file, base: lengthBytes + length, size, fail });
  });
}

interface Place {
  file: string;
  /** Offset of the first byte of data. */
  base: number;
  /** Bytes in the whole file. */
  size: number;
  fail: (why: string) => UserError;
}

function parseHeader(text: string, place: Place): SafetensorsFile {
  const { __metadata__: metadata = {}, ...entries } = parseObject(text, place);
  if (!isObject(metadata)) throw place.fail('its metadata is not an object');
  const tensors = Object.entries(entries).map(([name, entry]) => parseEntry(name, entry, place));
  refuseGaps(tensors, place);
  return {
    tensors: new Map(tensors.map((tensor) => [tensor.name, tensor])),
    metadata: Object.fromEntries(Object.entries(metadata).map(([key, value]) => [key, String(value)])),
  };
}

function parseObject(text: string, { fail }: Place): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return value;
  } catch {
    throw fail('its header is not JSON');
  }
  throw fail('its header is not an object');
}

function parseEntry(name: string, entry: unknown, { file, base, size, fail }: Place): TensorEntry {
  const wrong = (why: string) => fail(`tensor "${name}" ${why}`);
  if (!isObject(entry)) throw wrong('has no description');
  const { dtype: type, shape, data_offsets: offsets } = entry;
  const bytes = bytesPerElement(type);
  if (bytes === undefined) throw wrong(`has the unknown type ${JSON.stringify(type)}`);
  if (!isCounts(shape)) throw wrong('has no valid shape');
  if (!isCounts(offsets) || offsets.length !== 2) throw wrong('has no valid byte range');
  const [start, end] = offsets;
  if (start > end || base + end > size) throw wrong('reaches beyond the end of the file; the file may be cut off');
  if (end - start !== sizeOf(shape) * bytes) {
    throw wrong(
      `has ${end - start} bytes, but its shape [${shape.join(', ')}] of ${String(type)} needs another number`,
    );
  }
  return { name, file, type: String(type), shape, start: base + start, end: base + end };
}

/** The data must be covered once from its first byte to its last. */
function refuseGaps(tensors: readonly TensorEntry[], { base, size, fail }: Place): void {
  let reached = base;
  for (const { name, start, end } of [...tensors].sort((a, b) => a.start - b.start || a.end - b.end)) {
    if (start < reached) throw fail(`tensor "${name}" overlaps another`);
    if (start > reached) throw fail(`bytes before tensor "${name}" belong to no tensor`);
    reached = end;
  }
  if (reached !== size) throw fail(`its last ${size - reached} bytes belong to no tensor`);
}

/** The numbers of one tensor, row-major. Throws a UserError if its type is none of F32, F16 and BF16. */
export async function readTensor({ name, file, type, start, end }: TensorEntry): Promise<Float32Array> {
  const bytes = await withFile(file, (handle) => readBytes(handle, file, start, end - start));
  const values = toFloat32(bytes, type);
  if (!values) throw new UserError(`${file}: tensor "${name}" has type ${type}; only F32, F16 and BF16 can be read.`);
  return values;
}

/**
 * Writes tensors as F32, replacing the file in one go. `metadata` is kept in the header.
 * Throws a UserError if the system refuses; an older file then still stands.
 */
export function writeSafetensors(
  file: string,
  tensors: readonly Tensor[],
  metadata: Record<string, string> = {},
): Promise<void> {
  const header = encodeHeader(tensors, metadata);
  return replaceFile(file, async (handle) => {
    await handle.writeFile(header);
    for (const tensor of tensors) await writeData(handle, tensor);
  });
}

async function writeData(handle: FileHandle, { name, shape, data }: Tensor): Promise<void> {
  let left = sizeOf(shape);
  for await (const part of typeof data === 'function' ? data() : [data]) {
    await handle.writeFile(bytesOf(part));
    left -= part.length;
  }
  if (left !== 0) throw new Error(`${name}: shape [${shape.join(', ')}] lacks ${left} numbers`);
}

/** Length and JSON, padded with blanks so that the data starts at a multiple of 8. */
function encodeHeader(tensors: readonly Tensor[], metadata: Record<string, string>): Buffer {
  let offset = 0;
  const entries = tensors.map(({ name, shape }) => {
    const start = offset;
    offset += sizeOf(shape) * Float32Array.BYTES_PER_ELEMENT;
    return [name, { dtype: 'F32', shape, data_offsets: [start, offset] }];
  });
  const json = Buffer.from(
    JSON.stringify({ __metadata__: { format: 'pt', ...metadata }, ...Object.fromEntries(entries) }),
  );
  const length = Math.ceil(json.length / 8) * 8;
  const header = Buffer.alloc(lengthBytes + length, ' ');
  header.writeBigUInt64LE(BigInt(length));
  json.copy(header, lengthBytes);
  return header;
}

async function withFile<T>(file: string, use: (handle: FileHandle) => Promise<T>): Promise<T> {
  const handle = await explained(file, 'read', open(file, 'r'));
  try {
    return await explained(file, 'read', use(handle));
  } finally {
    await handle.close();
  }
}

/** Most bytes that one system call is asked for. */
const chunk = 1 << 30;

async function readBytes(handle: FileHandle, file: string, start: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafeSlow(length);
  for (let done = 0; done < length;) {
    const { bytesRead } = await handle.read(buffer, done, Math.min(chunk, length - done), start + done);
    if (bytesRead === 0) throw new UserError(`${file} ended while it was being read.`);
    done += bytesRead;
  }
  return buffer;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isCounts = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((entry) => Number.isSafeInteger(entry) && entry >= 0);
