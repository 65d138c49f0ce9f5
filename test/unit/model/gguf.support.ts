/** The GGUF files that test/oracle/gguf/make.py has made, and files that are put together byte by byte. */
import assert from 'node:assert/strict';
import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

export const fixtures = path.join(__dirname, '../../fixtures/model/gguf');

export const fixture = (name: string): string => path.join(fixtures, name);

/** A golden file's value. */
export const golden = <T>(name: string): T => JSON.parse(readFileSync(fixture(name), 'utf8')) as T;

/** A fresh folder for the tests of one block, removed after them. */
export function temporary(): { path: string } {
  const folder = { path: '' };
  before(async () => {
    folder.path = await mkdtemp(path.join(os.tmpdir(), 'pit-gguf-'));
  });
  after(() => rm(folder.path, { recursive: true }));
  return folder;
}

export const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};

export const u64 = (value: number | bigint): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
};

export const text = (value: string): Buffer => {
  const bytes = Buffer.from(value);
  return Buffer.concat([u64(bytes.length), bytes]);
};

/** A metadata entry of a type (8 is a text, 9 a list) with its bytes. */
export const entry = (key: string, type: number, value: Buffer): Buffer => Buffer.concat([text(key), u32(type), value]);

/** A tensor's description; sides from the innermost outwards, type 0 is F32. */
export const tensor = (name: string, sides: (number | bigint)[], offset: number | bigint, type = 0): Buffer =>
  Buffer.concat([text(name), u32(sides.length), ...sides.map(u64), u32(type), u64(offset)]);

export interface Pieces {
  version?: number;
  entries?: Buffer[];
  tensors?: Buffer[];
  /** Bytes after the header and its padding. */
  data?: number;
  /** What the header claims, where it lies. */
  claimed?: { entries?: number | bigint; tensors?: number | bigint };
}

export function ggufOf({ version = 3, entries = [], tensors = [], data = 0, claimed = {} }: Pieces): Buffer {
  const header = Buffer.concat([
    Buffer.from('GGUF'),
    u32(version),
    u64(claimed.tensors ?? tensors.length),
    u64(claimed.entries ?? entries.length),
    ...entries,
    ...tensors,
  ]);
  return Buffer.concat([header, Buffer.alloc((32 - (header.length % 32)) % 32), Buffer.alloc(data)]);
}

/** A GGUF file with more metadata; what a header ends with depends on its length, so they must fill whole steps. */
export function withEntries(file: Buffer, ...entries: Buffer[]): Buffer {
  const added = Buffer.concat(entries);
  assert.equal(added.length % 32, 0);
  const start = Buffer.from(file.subarray(0, 24));
  start.writeBigUInt64LE(start.readBigUInt64LE(16) + BigInt(entries.length), 16);
  return Buffer.concat([start, added, file.subarray(24)]);
}

/** `llama.gguf` under a licence. @param from the file, for who is bundled elsewhere */
export function licensed(license: string, from = fixture('llama.gguf')): Buffer {
  const about = entry('general.license', 8, text(license));
  const filler = (length: number) => entry('general.url', 8, text('u'.repeat(length)));
  return withEntries(readFileSync(from), about, filler(32 - ((about.length + 31) % 32)));
}

/** Of the embedding: 1.3 GB of weights, which take seconds. */
const rows = 10_000_000;

/** The tiny model with an embedding of zeros that lies, with holes for bytes, behind everything else. */
export function writeLarge(file: string, from = fixture('llama.gguf')): void {
  const bytes = readFileSync(from);
  const embedding = (count: number) => Buffer.concat([text('token_embd.weight'), u32(2), u64(32), u64(count)]);
  const at = bytes.indexOf(embedding(40));
  embedding(rows).copy(bytes, at);
  // Behind the sides stand type and offset; offsets count from where the first tensor, this one, began.
  const offset = at + embedding(40).length + 4;
  const size = Math.ceil(bytes.length / 32) * 32;
  bytes.writeBigUInt64LE(BigInt(size), offset);
  writeFileSync(file, bytes);
  truncateSync(file, 2 * size + rows * 20);
}
