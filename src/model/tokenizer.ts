/**
 * Text to token ids and back, over a standard `tokenizer.json`. What a text says is text: a document that contains the
 * letters `<eos>` gets their ordinary tokens, never the control token, which only its id can bring in. (The usual
 * libraries would end the text there.)
 */
import path from 'node:path';
import { Tokenizer as Library } from '@huggingface/tokenizers';
import { z } from 'zod';
import { UserError, messageOf } from '../errors';
import { fromByteCharacters } from './bytes';
import type { ModelConfig } from './config';
import { readConfig } from './config-file';
import { makeEncoder } from './encoder';
import { readJson } from './files';
import { spelledOut } from './words';

/** Text to token ids and back, over a standard `tokenizer.json`. */
export interface Tokenizer {
  readonly vocabSize: number;
  readonly bos: number;
  readonly eos: number;
  readonly pad: number;
  /** Ids of the text alone, without special tokens. */
  encode(text: string): Int32Array;
  /** Text of the ids; special tokens and ids that it has no token for are left out. */
  decode(ids: ArrayLike<number>): string;
  /** The text of one token as a person should see it (spaces and line breaks visible as such). */
  show(id: number): string;
}

const addedToken = z.looseObject({ id: z.number().int().min(0), content: z.string(), special: z.boolean().optional() });

const tokenizerJson = z.looseObject({
  added_tokens: z.array(addedToken).default([]),
  normalizer: z.unknown().default(null),
  pre_tokenizer: z.unknown().default(null),
  post_processor: z.unknown().default(null),
  decoder: z.unknown().default(null),
  model: z.looseObject({
    type: z.literal('BPE', { error: 'only BPE is supported' }),
    vocab: z.record(z.string(), z.number().int().min(0)),
    merges: z.array(z.unknown()),
    unk_token: z.string().nullish(),
  }),
});

const named = z.union([z.string(), z.looseObject({ content: z.string() }).transform(({ content }) => content)]);
const tokenizerConfig = z.looseObject({
  bos_token: named.nullish(),
  eos_token: named.nullish(),
  pad_token: named.nullish(),
});

type TokenizerJson = z.infer<typeof tokenizerJson>;
type TokenizerConfig = z.infer<typeof tokenizerConfig>;

/** What begins and ends a text for a model, where its tokenizer doesn't say. */
type ModelTokens = Pick<ModelConfig, 'bosToken' | 'eosToken'>;

/**
 * Reads `tokenizer.json` and `tokenizer_config.json`. What many published ones leave open, `model` says, or else the
 * `config.json` beside them. Throws a UserError that names the file.
 */
export async function loadTokenizer(folder: string, model?: ModelTokens): Promise<Tokenizer> {
  const file = path.join(folder, 'tokenizer.json');
  const configFile = path.join(folder, 'tokenizer_config.json');
  const [json, config] = [await readJson(file), await readJson(configFile)];
  // Whether the model beside it could be used is not asked here.
  const beside = model ?? (await readConfig(folder).catch(() => undefined));
  return makeTokenizer(json, config, { file, configFile, model: beside });
}

/** Where a tokenizer's contents come from, for errors, and what its model says. */
interface Origin {
  file?: string;
  configFile?: string;
  model?: ModelTokens;
}

/** A tokenizer from the parsed contents of both files. */
export function makeTokenizer(
  json: unknown,
  config: unknown,
  { file = 'tokenizer.json', configFile = 'tokenizer_config.json', model }: Origin = {},
): Tokenizer {
  try {
    return new PlainTokenizer(
      parsed(tokenizerJson, json, file),
      parsed(tokenizerConfig, config, configFile),
      configFile,
      model,
    );
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`${file} holds a tokenizer that can't be used: ${messageOf(error)}.`);
  }
}

function parsed<T>(schema: z.ZodType<T>, value: unknown, file: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [{ path: at, message }] = result.error.issues;
  throw new UserError(`${file}: field "${at.join('.')}" is wrong: ${message}.`);
}

class PlainTokenizer implements Tokenizer {
  readonly vocabSize: number;
  readonly bos: number;
  readonly eos: number;
  readonly pad: number;
  readonly encode: Tokenizer['encode'];
  private readonly names: Map<number, string>;
  private readonly special: Set<number>;
  private readonly library: Library;
  private readonly bytewise: boolean;

  constructor(json: TokenizerJson, config: TokenizerConfig, configFile: string, model?: ModelTokens) {
    this.special = new Set(json.added_tokens.filter(({ special }) => special).map(({ id }) => id));
    this.names = namesOf(json);
    this.vocabSize = [...this.names.keys()].reduce((largest, id) => Math.max(largest, id), -1) + 1;
    const plain = plainly(json);
    this.library = new Library(plain, { ...config, clean_up_tokenization_spaces: false });
    this.encode = makeEncoder(this.library, plain, config);
    this.bytewise = (JSON.stringify(json.decoder) ?? '').includes('"ByteLevel"');
    const ids = new Map(Array.from(this.names, ([id, name]) => [name, id]));
    const idOf = (field: SpecialField) => tokenOf(config, field, ids, configFile);
    const eos = idOf('eos_token') ?? model?.eosToken;
    if (eos === undefined) throw new UserError(`${configFile}: field "eos_token" is missing.`);
    this.eos = eos;
    this.bos = idOf('bos_token') ?? model?.bosToken ?? eos;
    this.pad = idOf('pad_token') ?? eos;
  }

  decode(ids: ArrayLike<number>): string {
    const ordinary = Array.from(ids).filter((id) => this.names.has(id) && !this.special.has(id));
    return ordinary.length === 0 ? '' : this.library.decode(ordinary);
  }

  show(id: number): string {
    const name = this.names.get(id);
    if (name === undefined) return `<${id}>`;
    return this.special.has(id) ? name : visible(name, this.bytewise);
  }
}

/** The name of every id, in the vocabulary or added. */
function namesOf({ model, added_tokens: added }: TokenizerJson): Map<number, string> {
  const names = new Map(Object.entries(model.vocab).map(([name, id]) => [id, name]));
  for (const { id, content } of added) names.set(id, content);
  return names;
}

/** The same tokenizer without its control tokens, which no text can then spell, and cutting by exact rules. */
function plainly(json: TokenizerJson): TokenizerJson {
  const { vocab, unk_token: unknown } = json.model;
  const special = new Set(json.added_tokens.filter((token) => token.special).map(({ content }) => content));
  const ordinary = Object.entries(vocab).filter(([name]) => !special.has(name) || name === unknown);
  return {
    ...json,
    pre_tokenizer: spelledOut(json.pre_tokenizer),
    post_processor: null,
    added_tokens: json.added_tokens.filter((token) => !token.special),
    model: { ...json.model, vocab: Object.fromEntries(ordinary) },
  };
}

type SpecialField = 'bos_token' | 'eos_token' | 'pad_token';

/** Undefined where the field is missing. */
function tokenOf(
  config: TokenizerConfig,
  field: SpecialField,
  ids: ReadonlyMap<string, number>,
  file: string,
): number | undefined {
  const name = config[field];
  if (name == null) return undefined;
  const id = ids.get(name);
  if (id === undefined) throw new UserError(`${file}: field "${field}" is "${name}", which is not in the vocabulary.`);
  return id;
}

/** A token's text with its white space visible; part of a character as its bytes. */
function visible(name: string, bytewise: boolean): string {
  const bytes = bytewise ? fromByteCharacters(name) : undefined;
  const text = bytes ? (utf8(bytes) ?? hexadecimal(bytes)) : name;
  return text.replace(/[ ▁\n\r\t]/g, (blank) => signs[blank]);
}

const signs: Record<string, string> = { ' ': '·', '▁': '·', '\n': '⏎', '\r': '␍', '\t': '→' };
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function utf8(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

const hexadecimal = (bytes: Uint8Array) =>
  Array.from(bytes, (byte) => `\\x${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');
