/** Tiny checkpoints of every family and of adapters, which transformers and peft wrote, each with golden numbers. */
import { readdirSync } from 'node:fs';
import path from 'node:path';

/** The folder that holds them. */
export const checkpoints = path.join(__dirname, '../../fixtures/model');

/** The names of their folders. */
export const checkpointNames = readdirSync(checkpoints).filter(
  (name) => name !== 'tokenizer' && isCheckpoint(path.join(checkpoints, name)),
);

function isCheckpoint(folder: string): boolean {
  return !path.extname(folder) && readdirSync(folder).includes('golden.json');
}
