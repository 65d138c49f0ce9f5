/**
 * Which model it was: a hash over all that decides what a model folder computes. Where the folder lies, and what else is
 * in it, changes nothing.
 */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import path from 'node:path';
import { adapterWeightsFile, holdsAdapter, readAdapterConfig } from './adapter-file';
import { explained } from './files';
import { readEntries } from './weights';

/** Beside the weights; adapters have the tokenizer's alone. */
const small = ['config.json', 'generation_config.json', 'tokenizer.json', 'tokenizer_config.json'];

/** Bytes read at a time. */
const chunk = 1 << 20;

/**
 * SHA-256 over config, tokenizer and the files of the weights, in hexadecimal; of adapters, over them and their base.
 * Throws a UserError that names the file that can't be read.
 */
export async function modelHash(folder: string): Promise<string> {
  const files = [...small.map((name) => path.join(folder, name)).filter(existsSync), ...(await weightFiles(folder))];
  const parts = await basis(folder);
  for (const file of files) parts.push(`${path.basename(file)}\0${await fileHash(file)}\n`);
  return createHash('sha256').update(parts.sort().join('')).digest('hex');
}

async function weightFiles(folder: string): Promise<string[]> {
  if (await holdsAdapter(folder)) return [path.join(folder, adapterWeightsFile)];
  const entries = await readEntries(folder);
  return [...new Set(Array.from(entries.values(), ({ file }) => file))];
}

/** What adapters stand on, wherever that lies. */
async function basis(folder: string): Promise<string[]> {
  if (!(await holdsAdapter(folder))) return [];
  const { base, ...adapters } = await readAdapterConfig(folder);
  return [`adapters\0${JSON.stringify(adapters)}\n`, `base\0${await modelHash(base)}\n`];
}

function fileHash(file: string): Promise<string> {
  const hash = async () => {
    const sum = createHash('sha256');
    for await (const bytes of createReadStream(file, { highWaterMark: chunk })) sum.update(bytes as Buffer);
    return sum.digest('hex');
  };
  return explained(file, 'read', hash());
}
