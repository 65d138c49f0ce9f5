/**
 * Trains a byte-level BPE tokenizer on the texts of a dataset. The Rust library `tokenizers` and its JavaScript counterpart
 * read it with equal ids.
 */
import { SplitPreTokenizer } from '@huggingface/tokenizers';
import { UserError } from '../errors';
import { byteCharacters, toByteCharacters } from './bytes';
import { learnMerges, type Merges } from './merges';
import { addedToken, describeConfig, describeTokenizer, type TokenizerFile } from './tokenizer-file';
import { byteLevel, gpt2Words, split } from './words';

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
  const special = Object.values(specialTokens).map((text, id) => ({ id, text }));
  const tokenizer = describeTokenizer({
    added: special.map((token) => addedToken(token)),
    normalizer: null,
    pre_tokenizer: { type: 'Sequence', pretokenizers: [words, byteLevel] },
    decoder: byteLevel,
    model: { vocab: Object.fromEntries(symbols.map((symbol, id) => [symbol, id])), merges: pairs },
    before: special.filter(({ text }) => text === specialTokens.bos),
    after: [],
  });
  const { pad, bos, eos } = specialTokens;
  return { tokenizer, config: describeConfig({ pad_token: pad, bos_token: bos, eos_token: eos }) };
}
