/**
 * `generation_config.json`: how `transformers` generates by default. Everything here generates greedily, so only the
 * tokens at which it ends are read.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { UserError } from '../errors';
import type { ModelConfig } from './config';
import { listOf, tokens } from './families/family';
import { readJson, writeJson } from './files';

const fileName = 'generation_config.json';
const ends = z.looseObject({ eos_token_id: tokens.eos_token_id });

/**
 * The tokens at which generation ends; undefined where the folder has no such file or the file names none. Throws a
 * UserError that names the file and the field.
 */
export async function readStopTokens(
  folder: string,
  { vocabSize }: Pick<ModelConfig, 'vocabSize'>,
): Promise<number[] | undefined> {
  const file = path.join(folder, fileName);
  if (!existsSync(file)) return undefined;
  const { success, data } = ends.safeParse(await readJson(file));
  if (!success) throw new UserError(`${file}: field "eos_token_id" must be a token or a list of tokens.`);
  const found = listOf(data.eos_token_id);
  const beyond = found?.find((token) => token >= vocabSize);
  if (beyond === undefined) return found;
  throw new UserError(`${file}: field "eos_token_id" is ${beyond}, beyond the vocabulary of ${vocabSize}.`);
}

type GenerationTokens = Pick<ModelConfig, 'bosToken' | 'padToken' | 'stopTokens'>;

export function writeGenerationConfig(folder: string, config: GenerationTokens): Promise<void> {
  const { bosToken, padToken, stopTokens } = config;
  return writeJson(path.join(folder, fileName), {
    bos_token_id: bosToken,
    eos_token_id: stopTokens.length === 1 ? stopTokens[0] : stopTokens,
    pad_token_id: padToken,
    do_sample: false,
  });
}
