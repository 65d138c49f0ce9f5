/**
 * Which model it was: a hash over all that decides what a model folder computes. Where the folder lies, and what else is
 * in it, changes nothing.
 */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { adapterWeightsFile, holdsAdapter, readAdapterConfig } from './adapter-file';
import { explained } from './files';
import { HashMemory } from './hash-memory';
import { readEntries } from './weights';

/** Beside the weights; adapters have the tokenizer's alone. */
const small = ['config.json', 'generation_config.json', 'tokenizer.json', 'tokenizer_config.json'];

/** Bytes read at a time. */
const chunk = 1 << 20;

export interface HashOptions {
  signal?: AbortSignal;
  /** Told how many bytes of all have been read, or known from before. */
  onProgress?: (read: { done: number; total: number }) => void;
  memory?: HashMemory;
}

/**
 * SHA-256 over config, tokenizer and the files of the weights, in hexadecimal; of adapters, over them and their base.
 * Throws a UserError that names the file that can't be read, and the signal's reason if it is aborted.
 */
export async function modelHash(folder: string, options: HashOptions = {}): Promise<string> {
  const { signal, onProgress, memory = new HashMemory() } = options;
  const total = onProgress ? await bytesIn(folder) : 0;
  let done = 0;
  const tell = (bytes: number) => {
    signal?.throwIfAborted();
    onProgress?.({ done: (done += bytes), total });
  };
  return folderHash(folder, { memory, tell });
}

interface Reading {
  memory: HashMemory;
  /** Takes how many bytes more are done. */
  tell: (bytes: number) => void;
}

async function folderHash(folder: string, reading: Reading): Promise<string> {
  const parts = await basis(folder, reading);
  for (const file of await filesIn(folder)) parts.push(`${path.basename(file)}\0${await fileHash(file, reading)}\n`);
  return createHash('sha256').update(parts.sort().join('')).digest('hex');
}

async function filesIn(folder: string): Promise<string[]> {
  return [...small.map((name) => path.join(folder, name)).filter(existsSync), ...(await weightFiles(folder))];
}

async function weightFiles(folder: string): Promise<string[]> {
  if (await holdsAdapter(folder)) return [path.join(folder, adapterWeightsFile)];
  const entries = await readEntries(folder);
  return [...new Set(Array.from(entries.values(), ({ file }) => file))];
}

/** What adapters stand on, wherever that lies. */
async function basis(folder: string, reading: Reading): Promise<string[]> {
  if (!(await holdsAdapter(folder))) return [];
  const { base, ...adapters } = await readAdapterConfig(folder);
  return [`adapters\0${JSON.stringify(adapters)}\n`, `base\0${await folderHash(base, reading)}\n`];
}

/** With those of the base. */
async function bytesIn(folder: string): Promise<number> {
  let bytes = (await holdsAdapter(folder)) ? await bytesIn((await readAdapterConfig(folder)).base) : 0;
  for (const file of await filesIn(folder)) bytes += await sizeOf(file);
  return bytes;
}

const sizeOf = async (file: string) => (await explained(file, 'read', stat(file))).size;

async function fileHash(file: string, { memory, tell }: Reading): Promise<string> {
  let read = 0;
  const compute = async () => {
    const sum = createHash('sha256');
    for await (const bytes of createReadStream(file, { highWaterMark: chunk }) as AsyncIterable<Buffer>) {
      sum.update(bytes);
      read += bytes.length;
      tell(bytes.length);
    }
    return sum.digest('hex');
  };
  const hash = await explained(file, 'read', memory.of(file, compute));
  if (read === 0) tell(await sizeOf(file));
  return hash;
}
