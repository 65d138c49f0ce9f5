/**
 * Byte-level BPE (`tokenizer.ggml.model` is "gpt2"). How a text is cut into words before merging is not in a GGUF file;
 * `tokenizer.ggml.pre` names it, and only what is known under that name is used.
 * Source: https://github.com/ggml-org/llama.cpp/blob/master/src/llama-vocab.cpp
 */
import { byteLevel, gpt2Words, split } from '../words';
import type { Metadata } from './metadata';
import { kinds, type Parts, type Token } from './token';

interface Cutting {
  /** Patterns one after the other; each cuts the pieces that those before it have left. */
  patterns: string[];
  /** NFC is the only normal form in use. */
  normalizer?: { type: 'NFC' };
  /** Whether a word that is a token is taken whole, whatever the merges say. */
  wholeWords?: boolean;
}

/** The rule of GPT-4 and all that followed it; they differ in how many digits stay together. */
const gpt4 = (digits: string) =>
  String.raw`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|${digits}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`;

const cuttings: Record<string, Cutting> = {
  'gpt-2': { patterns: [gpt2Words] },
  smollm: { patterns: [String.raw`\p{N}`, gpt2Words] },
  'llama-bpe': { patterns: [gpt4(String.raw`\p{N}{1,3}`)], wholeWords: true },
  qwen2: { patterns: [gpt4(String.raw`\p{N}`)], normalizer: { type: 'NFC' } },
  default: { patterns: [String.raw`[\p{P}\$\+<=>\^~\|]+`, gpt2Words, String.raw`\p{N}+`, '[0-9][0-9][0-9]'] },
};

const preKey = 'tokenizer.ggml.pre';
const mergesKey = 'tokenizer.ggml.merges';

export function byteLevelParts(metadata: Metadata, tokens: readonly Token[]): Parts {
  const name = metadata.text(preKey);
  if (!Object.hasOwn(cuttings, name)) {
    const known = Object.keys(cuttings).join(', ');
    throw metadata.refusal(preKey, `is "${name}", and only ${known} can be imported`);
  }
  const { patterns, normalizer = null, wholeWords = false } = cuttings[name];
  return {
    normalizer,
    pre_tokenizer: { type: 'Sequence', pretokenizers: [...patterns.map(split), byteLevel] },
    decoder: byteLevel,
    model: { ignore_merges: wholeWords, merges: mergesOf(metadata, tokens) },
    addsBos: false,
  };
}

/** Pairs of tokens; both, and what they make, must be in the vocabulary. */
function mergesOf(metadata: Metadata, tokens: readonly Token[]): [string, string][] {
  const known = new Set(tokens.filter(({ kind }) => kind !== kinds.unused).map(({ text }) => text));
  return metadata.texts(mergesKey).map((merge) => {
    const [left, right, ...more] = merge.split(' ');
    if (more.length > 0 || !known.has(left) || !known.has(right) || !known.has(left + right))
      throw metadata.refusal(mergesKey, `has ${JSON.stringify(merge)}, which is no pair of tokens that make another`);
    return [left, right];
  });
}
