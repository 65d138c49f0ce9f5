/**
 * What a trainer needs to know of a model that another program computes, whatever its family: sizes and end tokens. The
 * fields of `config.json` are looked for under every name that `transformers` gives them, and nothing else of it is read.
 */
import path from 'node:path';
import { z } from 'zod';
import { UserError } from '../errors';
import { modelUnder } from './adapter-file';
import type { ModelConfig } from './config';
import { families } from './families';
import { count, FieldError, readTokens, tokens } from './families/family';
import { readJson } from './files';
import { readStopTokens } from './generation-config';

export type ModelFacts = Pick<
  ModelConfig,
  'vocabSize' | 'hiddenSize' | 'maxPositions' | 'bosToken' | 'eosToken' | 'padToken' | 'stopTokens'
>;

const names = {
  vocabSize: ['vocab_size'],
  hiddenSize: ['hidden_size', 'n_embd', 'd_model', 'dim'],
  maxPositions: ['max_position_embeddings', 'n_positions', 'max_sequence_length', 'max_seq_len', 'seq_length', 'n_ctx'],
};

/** Throws a UserError that names the file and what it lacks. */
export async function readFacts(folder: string): Promise<ModelFacts> {
  const file = path.join(folder, 'config.json');
  const json = textPart(await readJson(file), file);
  const sizes = {
    vocabSize: sizeIn(json, names.vocabSize, file),
    hiddenSize: sizeIn(json, names.hiddenSize, file),
    maxPositions: sizeIn(json, names.maxPositions, file),
  };
  const facts = { ...sizes, ...tokensIn(json, file) };
  return { ...facts, stopTokens: (await readStopTokens(folder, facts)) ?? facts.stopTokens };
}

/** The family of a model, or of one that adapters are of, where it is none that is built here. Other trouble is no matter. */
export async function foreignFamily(folder: string): Promise<string | undefined> {
  const json = await readJson(path.join(await modelUnder(folder), 'config.json')).catch(() => undefined);
  const named = z.looseObject({ model_type: z.string() }).safeParse(json);
  return named.success && !Object.hasOwn(families, named.data.model_type) ? named.data.model_type : undefined;
}

/** A model that also sees pictures says what it is as a language model in a part of its own. */
function textPart(json: unknown, file: string): Record<string, unknown> {
  const parsed = z.looseObject({ text_config: z.looseObject({}).optional() }).safeParse(json);
  if (!parsed.success) throw new UserError(`${file} must hold a JSON object.`);
  const { text_config: text, ...whole } = parsed.data;
  return { ...whole, ...text };
}

function sizeIn(json: Record<string, unknown>, fields: readonly string[], file: string): number {
  const field = fields.find((name) => json[name] != null);
  if (field === undefined) throw new UserError(`${file} says no size under any of these names: ${fields.join(', ')}.`);
  const size = count.safeParse(json[field]);
  if (!size.success) throw new UserError(`${file}: field "${field}" must be a whole number above 0.`);
  return size.data;
}

function tokensIn(json: Record<string, unknown>, file: string) {
  const parsed = z.looseObject(tokens).safeParse(json);
  if (!parsed.success)
    throw new UserError(`${file}: field "${String(parsed.error.issues[0].path[0])}" must be a token.`);
  try {
    return readTokens(parsed.data, {});
  } catch (error) {
    if (error instanceof FieldError) throw new UserError(`${file}: field "${error.field}" ${error.why}.`);
    throw error;
  }
}
