/**
 * The tokenizer that a GGUF file carries, as `tokenizer.json` and `tokenizer_config.json`. Two kinds can be had exactly:
 * byte-level BPE with its merges, and SentencePiece's BPE, whose merges follow from its scores.
 */
import { UserError } from '../../errors';
import { addedToken, describeConfig, describeTokenizer, type TokenizerFile } from '../tokenizer-file';
import { byteLevelParts } from './byte-level';
import type { GgufFile } from './header';
import { Metadata } from './metadata';
import { sentencePieceParts } from './sentencepiece';
import { kinds, type Parts, type Token } from './token';

export interface SpecialIds {
  bos: number;
  eos: number;
  /** All at which generation ends, `eos` first. */
  ends: number[];
  /** None in many models. */
  pad?: number;
}

const makers: Record<string, (metadata: Metadata, tokens: readonly Token[]) => Parts> = {
  gpt2: byteLevelParts,
  llama: sentencePieceParts,
};

/** Throws a UserError that names the key, or the token, that can't be brought over exactly. */
export function tokenizerOf(gguf: GgufFile): TokenizerFile & { ids: SpecialIds } {
  const metadata = new Metadata(gguf);
  const kind = metadata.text('tokenizer.ggml.model');
  if (!Object.hasOwn(makers, kind)) {
    const known = Object.keys(makers).join(', ');
    throw metadata.refusal('tokenizer.ggml.model', `is "${kind}", and only ${known} can be imported`);
  }
  const tokens = tokensOf(gguf, metadata);
  const ids = idsOf(metadata, tokens.length);
  const parts = makers[kind](metadata, tokens);
  return { ids, tokenizer: describe(parts, tokens, ids, metadata), config: configOf(tokens, ids, metadata) };
}

function tokensOf({ file }: GgufFile, metadata: Metadata): Token[] {
  const texts = metadata.texts('tokenizer.ggml.tokens');
  const types = metadata.has(typesKey) ? metadata.numbers(typesKey) : texts.map(() => kinds.ordinary);
  if (types.length !== texts.length)
    throw metadata.refusal(typesKey, `has ${types.length} entries for ${texts.length} tokens`);
  const seen = new Map<string, number>();
  return texts.map((text, id) => {
    const before = seen.get(text);
    if (before !== undefined)
      throw new UserError(`${file}: tokens ${before} and ${id} are both ${JSON.stringify(text)}.`);
    seen.set(text, id);
    return { id, text, kind: types[id] };
  });
}

const typesKey = 'tokenizer.ggml.token_type';

/**
 * A model without a begin token begins with its end token, as GPT-2 does. Beside that, tokens may end a turn (eot) or a
 * message to a tool (eom).
 */
function idsOf(metadata: Metadata, vocabulary: number): SpecialIds {
  const id = (name: string) => metadata.token(`tokenizer.ggml.${name}_token_id`, vocabulary);
  const eos = id('eos');
  if (eos === undefined) throw metadata.refusal('tokenizer.ggml.eos_token_id', 'is missing');
  return {
    bos: id('bos') ?? eos,
    eos,
    ends: [...new Set([eos, id('eot') ?? eos, id('eom') ?? eos])],
    pad: id('padding'),
  };
}

function describe(parts: Parts, tokens: readonly Token[], ids: SpecialIds, metadata: Metadata) {
  const { addsBos, model, ...rest } = parts;
  return describeTokenizer({
    ...rest,
    added: tokens.filter((token) => isAdded(token, ids)).map((token) => addedToken(token, !isUserDefined(token))),
    model: { ...model, vocab: Object.fromEntries(tokens.map(({ text, id }) => [text, id])) },
    before: metadata.flag('tokenizer.ggml.add_bos_token', addsBos) ? [tokens[ids.bos]] : [],
    after: metadata.flag('tokenizer.ggml.add_eos_token', false) ? [tokens[ids.eos]] : [],
  });
}

const specialKinds: readonly number[] = [kinds.control, kinds.unknown];

const isSpecial = ({ id, kind }: Token, { bos, ends, pad }: SpecialIds) =>
  specialKinds.includes(kind) || [bos, ...ends, pad].includes(id);

const isUserDefined = ({ kind }: Token) => kind === kinds.userDefined;

const isAdded = (token: Token, ids: SpecialIds) => isSpecial(token, ids) || isUserDefined(token);

function configOf(tokens: readonly Token[], { bos, eos, pad }: SpecialIds, metadata: Metadata) {
  const unknown = metadata.token('tokenizer.ggml.unknown_token_id', tokens.length);
  const template = 'tokenizer.chat_template';
  return describeConfig({
    bos_token: tokens[bos].text,
    eos_token: tokens[eos].text,
    pad_token: pad === undefined ? null : tokens[pad].text,
    unk_token: unknown === undefined ? null : tokens[unknown].text,
    ...(metadata.has(template) && { chat_template: metadata.text(template) }),
  });
}
