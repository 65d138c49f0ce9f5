/**
 * The header of a GGUF file: its metadata, and where each tensor lies. Everything that the header claims is compared
 * with the file's size before it is believed, so a header that lies costs one sentence, not memory.
 * (`@huggingface/gguf` would read a file that was cut off as if zeros followed, and drops the byte order marks that
 * some vocabularies have as tokens.)
 * Source: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
 */
import { open, type FileHandle } from 'node:fs/promises';
import { UserError } from '../../errors';
import { explained } from '../files';
import { sizeOf } from '../parameters';
import { Cursor, Unsound, Unsupported } from './cursor';
import { blockTypes, isReadable, typeName, type TypeName } from './types';

export type Value = string | number | bigint | boolean | Value[];

/** A tensor in a GGUF file; `start` and `end` are byte offsets. */
export interface GgufTensor {
  name: string;
  /** Row-major: the last side is the one whose numbers lie beside each other. */
  shape: number[];
  type: TypeName;
  start: number;
  end: number;
}

export interface GgufFile {
  file: string;
  /** Bytes. */
  size: number;
  metadata: ReadonlyMap<string, Value>;
  tensors: ReadonlyMap<string, GgufTensor>;
}

const defaultAlignment = 32;
const mostDimensions = 4;
const deepestArray = 2;

/** Fewest bytes of a metadata entry (empty key, type, one byte) and of a tensor's description (empty name, no sides). */
const smallest = { entry: 13, tensor: 24 };

/** Reads and checks the header. Throws a UserError that names the file, and the tensor where there is one. */
export async function readGguf(file: string): Promise<GgufFile> {
  const handle = await explained(file, 'read', open(file, 'r'));
  try {
    return { file, ...(await explained(file, 'read', parse(handle))) };
  } catch (error) {
    if (error instanceof Unsound) throw new UserError(`${file} is not a sound GGUF file: ${error.message}.`);
    if (error instanceof Unsupported) throw new UserError(`${file}: ${error.message}.`);
    throw error;
  } finally {
    await handle.close();
  }
}

async function parse(handle: FileHandle): Promise<Omit<GgufFile, 'file'>> {
  const { size } = await handle.stat();
  const cursor = new Cursor(handle, size);
  const counts = await readStart(cursor, size);
  const metadata = await readMetadata(cursor, counts.metadata);
  const described = await readDescriptions(cursor, counts.tensors);
  return { size, metadata, tensors: placed(described, { from: cursor.offset, size, step: alignmentOf(metadata) }) };
}

async function readStart(cursor: Cursor, size: number): Promise<{ tensors: number; metadata: number }> {
  if (size < 4 || (await cursor.take(4)).toString('latin1') !== 'GGUF')
    throw new Unsound('it does not begin with "GGUF"');
  const version = await cursor.u32();
  if (version !== 2 && version !== 3) throw new Unsound(`its version is ${version}, and only 2 and 3 can be read`);
  const tensors = await cursor.length();
  const metadata = await cursor.length();
  cursor.expect(tensors, smallest.tensor, `${tensors} tensors`);
  cursor.expect(metadata, smallest.entry, `${metadata} metadata entries`);
  return { tensors, metadata };
}

async function readMetadata(cursor: Cursor, count: number): Promise<Map<string, Value>> {
  const metadata = new Map<string, Value>();
  for (let i = 0; i < count; i++) {
    const key = await cursor.text();
    if (metadata.has(key)) throw new Unsound(`metadata "${key}" stands there twice`);
    metadata.set(key, await readValue(cursor, await cursor.u32(), key));
  }
  return metadata;
}

interface ValueType {
  /** Fewest bytes that a value takes. */
  bytes: number;
  read(cursor: Cursor, key: string, depth: number): Promise<Value> | Value;
}

const number = (bytes: number, read: (bytes: Buffer) => number | bigint | boolean): ValueType => ({
  bytes,
  read: async (cursor) => read(await cursor.take(bytes)),
});

/** By GGUF's number of the type. */
const valueTypes: readonly ValueType[] = [
  number(1, (bytes) => bytes.readUInt8()),
  number(1, (bytes) => bytes.readInt8()),
  number(2, (bytes) => bytes.readUInt16LE()),
  number(2, (bytes) => bytes.readInt16LE()),
  number(4, (bytes) => bytes.readUInt32LE()),
  number(4, (bytes) => bytes.readInt32LE()),
  number(4, (bytes) => bytes.readFloatLE()),
  number(1, (bytes) => bytes.readUInt8() !== 0),
  { bytes: 8, read: (cursor) => cursor.text() },
  { bytes: 12, read: readArray },
  number(8, (bytes) => bytes.readBigUInt64LE()),
  number(8, (bytes) => bytes.readBigInt64LE()),
  number(8, (bytes) => bytes.readDoubleLE()),
];

function typeOf(type: number, key: string): ValueType {
  const known = valueTypes[type];
  if (!known) throw new Unsound(`metadata "${key}" has the unknown type ${type}`);
  return known;
}

const readValue = (cursor: Cursor, type: number, key: string) => typeOf(type, key).read(cursor, key, 0);

async function readArray(cursor: Cursor, key: string, depth: number): Promise<Value> {
  if (depth === deepestArray) throw new Unsound(`metadata "${key}" nests arrays too deeply`);
  const type = typeOf(await cursor.u32(), key);
  const length = await cursor.length();
  cursor.expect(length, type.bytes, `${length} values in metadata "${key}"`);
  const values: Value[] = [];
  for (let i = 0; i < length; i++) values.push(await type.read(cursor, key, depth + 1));
  return values;
}

interface Description {
  name: string;
  shape: number[];
  type: number;
  offset: number;
}

async function readDescriptions(cursor: Cursor, count: number): Promise<Description[]> {
  const descriptions: Description[] = [];
  const names = new Set<string>();
  for (let i = 0; i < count; i++) {
    const name = await cursor.text();
    if (names.has(name)) throw new Unsound(`two of its tensors have the name "${name}"`);
    names.add(name);
    const shape = await readShape(cursor, name);
    descriptions.push({ name, shape, type: await cursor.u32(), offset: await cursor.length() });
  }
  return descriptions;
}

/** GGUF lists sides from the innermost outwards. */
async function readShape(cursor: Cursor, name: string): Promise<number[]> {
  const dimensions = await cursor.u32();
  if (dimensions > mostDimensions) throw new Unsound(`tensor "${name}" has ${dimensions} dimensions`);
  const shape: number[] = [];
  for (let i = 0; i < dimensions; i++) shape.unshift(await cursor.length());
  return shape;
}

function alignmentOf(metadata: ReadonlyMap<string, Value>): number {
  const alignment = Number(metadata.get('general.alignment') ?? defaultAlignment);
  if (Number.isInteger(alignment) && alignment > 0) return alignment;
  throw new Unsound(`its alignment is ${alignment}`);
}

interface DataArea {
  /** Where the header ends. */
  from: number;
  /** Bytes in the file. */
  size: number;
  /** Tensors start at multiples of this many bytes. */
  step: number;
}

function placed(descriptions: readonly Description[], { from, size, step }: DataArea): Map<string, GgufTensor> {
  const base = Math.ceil(from / step) * step;
  const tensors = descriptions.map((description) => place(description, base, size));
  refuseOverlaps(tensors);
  return new Map(tensors.map((tensor) => [tensor.name, tensor]));
}

function place({ name, shape, type, offset }: Description, base: number, size: number): GgufTensor {
  const readable = typeName(type);
  if (!isReadable(readable)) {
    const known = Object.keys(blockTypes).join(', ');
    throw new Unsupported(`tensor "${name}" has type ${readable}, and only ${known} can be read`);
  }
  const { numbers, bytes } = blockTypes[readable];
  const blocks = sizeOf(shape) / numbers;
  if ((shape.at(-1) ?? 1) % numbers !== 0 || blocks === 0 || !Number.isSafeInteger(blocks * bytes))
    throw new Unsound(`tensor "${name}" of ${readable} has the shape [${shape.join(', ')}]`);
  const start = base + offset;
  const end = start + blocks * bytes;
  if (end > size) throw new Unsound(`tensor "${name}" reaches beyond the end of the file; the file may be cut off`);
  return { name, shape, type: readable, start, end };
}

function refuseOverlaps(tensors: readonly GgufTensor[]): void {
  let reached = 0;
  for (const { name, start, end } of [...tensors].sort((a, b) => a.start - b.start)) {
    if (start < reached) throw new Unsound(`tensor "${name}" overlaps another`);
    reached = end;
  }
}
