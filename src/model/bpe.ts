/**
 * Trains a byte-level BPE tokenizer on the texts of a dataset and writes it as a standard `tokenizer.json`, which the
 * Rust library `tokenizers` and its JavaScript counterpart read with equal ids. Reading one is tokenizer.ts's part.
 */
import path from 'node:path';
import { SplitPreTokenizer } from '@huggingface/tokenizers';
import { UserError } from '../errors';
import { byteCharacters, toByteCharacters } from './bytes';
import { writeJson } from './files';
import { learnMerges, type Merges } from './merges';
import { byteLevel, gpt2Words, split } from './words';

/** Contents of `tokenizer.json` and `tokenizer_config.json`. */
export interface TokenizerFile {
  tokenizer: Record<string, unknown>;
  config: Record<string, unknown>;
}

/** Special tokens; their ids are 0, 1 and 2. */
const specialTokens = { pad: '<pad>', bos: '<bos>', eos: '<eos>' };

const words = split(gpt2Words);

/** A pair that occurs once tells nothing about other texts. */
const minimumPairs = 2;

/**
 * A tokenizer of at most `vocabulary` entries: 3 special tokens, 256 bytes, and merges of pairs that occur at least
 * twice, commonest first. The same texts give the same file. Throws a UserError below 259 entries.
 */
export function trainTokenizer(texts: Iterable<string>, vocabulary: number): TokenizerFile {
  const base = [...Object.values(specialTokens), ...[...byteCharacters].sort()];
  if (vocabulary < base.length) {
    throw new UserError(`A byte-level vocabulary needs at least ${base.length} entries, not ${vocabulary}.`);
  }
  return describe(learnMerges(countWords(texts), base, vocabulary, minimumPairs));
}

/** Writes both files into an existing folder. */
export async function writeTokenizer(folder: string, { tokenizer, config }: TokenizerFile): Promise<void> {
  await writeJson(path.join(folder, 'tokenizer.json'), tokenizer);
  await writeJson(path.join(folder, 'tokenizer_config.json'), config);
}

/** Words of the texts in the byte alphabet, with their counts. */
function countWords(texts: Iterable<string>): Map<string, number> {
  const splitter = new SplitPreTokenizer(words);
  const counts = new Map<string, number>();
  for (const text of texts) {
    for (const word of splitter(text)) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return new Map(Array.from(counts, ([word, count]) => [toByteCharacters(word), count]));
}

function describe({ symbols, pairs }: Merges): TokenizerFile {
  const vocab = Object.fromEntries(symbols.map((symbol, id) => [symbol, id]));
  const tokenizer = {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: Object.values(specialTokens).map(addedToken),
    normalizer: null,
    pre_tokenizer: { type: 'Sequence', pretokenizers: [words, byteLevel] },
    post_processor: startWithBos,
    decoder: byteLevel,
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab,
      merges: pairs,
    },
  };
  return { tokenizer, config: tokenizerConfig };
}

const addedToken = (content: string, id: number) => ({
  id,
  content,
  single_word: false,
  lstrip: false,
  rstrip: false,
  normalized: false,
  special: true,
});

/** What other programs put around a text if asked for special tokens. */
const startWithBos = {
  type: 'TemplateProcessing',
  single: [{ SpecialToken: { id: specialTokens.bos, type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }],
  pair: [
    { SpecialToken: { id: specialTokens.bos, type_id: 0 } },
    { Sequence: { id: 'A', type_id: 0 } },
    { Sequence: { id: 'B', type_id: 0 } },
  ],
  special_tokens: { [specialTokens.bos]: { id: specialTokens.bos, ids: [1], tokens: [specialTokens.bos] } },
};

const tokenizerConfig = {
  tokenizer_class: 'PreTrainedTokenizerFast',
  pad_token: specialTokens.pad,
  bos_token: specialTokens.bos,
  eos_token: specialTokens.eos,
  clean_up_tokenization_spaces: false,
};
