/**
 * SentencePiece's BPE (`tokenizer.ggml.model` is "llama"): of all neighbours that make a token, the two whose token has
 * the best score are joined first. As merges of a `tokenizer.json`: every pair that makes a token, best score first.
 * What such merges can't say is refused.
 */
import type { Metadata } from './metadata';
import { kinds, type Parts, type Token } from './token';

const scoresKey = 'tokenizer.ggml.scores';
const bytes = 256;

/** Blanks are written as this sign. */
const blank = '▁';

export function sentencePieceParts(metadata: Metadata, tokens: readonly Token[]): Parts {
  refuseOptions(metadata);
  refuseKinds(metadata, tokens);
  const prefix = metadata.flag('tokenizer.ggml.add_space_prefix', true);
  const unknown = tokens.find(({ kind }) => kind === kinds.unknown);
  if (!unknown) throw metadata.refusal('tokenizer.ggml.token_type', 'marks no token as the unknown one');
  return {
    normalizer: {
      type: 'Sequence',
      normalizers: [
        ...(prefix ? [{ type: 'Prepend', prepend: blank }] : []),
        { type: 'Replace', pattern: { String: ' ' }, content: blank },
      ],
    },
    pre_tokenizer: null,
    decoder: decoder(prefix),
    model: { unk_token: unknown.text, fuse_unk: true, byte_fallback: true, merges: mergesOf(metadata, tokens) },
    addsBos: true,
  };
}

function decoder(prefix: boolean) {
  const steps = [
    { type: 'Replace', pattern: { String: blank }, content: ' ' },
    { type: 'ByteFallback' },
    { type: 'Fuse' },
  ];
  return {
    type: 'Sequence',
    decoders: prefix ? [...steps, { type: 'Strip', content: ' ', start: 1, stop: 0 }] : steps,
  };
}

/** Options under which a text is changed before it is cut. */
function refuseOptions(metadata: Metadata): void {
  const trims = 'tokenizer.ggml.remove_extra_whitespaces';
  const map = 'tokenizer.ggml.precompiled_charsmap';
  if (metadata.flag(trims, false)) throw metadata.refusal(trims, 'is an option that is not supported');
  if (metadata.has(map)) throw metadata.refusal(map, 'is an option that is not supported');
}

/** Placeholders with which converters fill a vocabulary up. */
const placeholder = /^\[PAD\d+\]$/;

/** Tokens that SentencePiece takes apart again or looks for before all others have no place among merges. */
function refuseKinds(metadata: Metadata, tokens: readonly Token[]): void {
  const odd = tokens.find(
    ({ kind, text }) => kind === kinds.userDefined || (kind === kinds.unused && !placeholder.test(text)),
  );
  const key = 'tokenizer.ggml.token_type';
  if (odd)
    throw metadata.refusal(
      key,
      `makes token ${odd.id}, ${JSON.stringify(odd.text)}, one of a kind that is not supported`,
    );
  const count = tokens.filter(({ kind }) => kind === kinds.byte).length;
  if (count !== bytes) throw metadata.refusal(key, `marks ${count} tokens as bytes, but there must be ${bytes}`);
}

interface Merge {
  pair: [string, string];
  score: number;
}

function mergesOf(metadata: Metadata, tokens: readonly Token[]): [string, string][] {
  const scores = metadata.numbers(scoresKey);
  if (scores.length !== tokens.length)
    throw metadata.refusal(scoresKey, `has ${scores.length} entries for ${tokens.length} tokens`);
  const ordinary = tokens.filter(({ kind }) => kind === kinds.ordinary);
  const known = new Set(ordinary.map(({ text }) => text));
  const merges = ordinary.flatMap(({ id, text }) => splits(text, known).map((pair) => ({ pair, score: scores[id] })));
  return merges.sort(byScore).map(({ pair }) => pair);
}

/** All ways to make a token of two others. */
function splits(text: string, known: ReadonlySet<string>): [string, string][] {
  const pairs: [string, string][] = [];
  for (let at = 1; at < text.length; at++) {
    const [left, right] = [text.slice(0, at), text.slice(at)];
    if (known.has(left) && known.has(right)) pairs.push([left, right]);
  }
  return pairs;
}

/** Best score first, then the longer left part, as `transformers` orders them. */
const byScore = (a: Merge, b: Merge) =>
  b.score - a.score || b.pair[0].length - a.pair[0].length || b.pair[1].length - a.pair[1].length;
