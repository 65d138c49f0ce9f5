/** The files that hold a tokenizer, and what never differs in those that are written here. Reading is tokenizer.ts's part. */
import path from 'node:path';
import { writeJson } from './files';

/** Contents of `tokenizer.json` and `tokenizer_config.json`. */
export interface TokenizerFile {
  tokenizer: Record<string, unknown>;
  config: Record<string, unknown>;
}

/** Writes both files into an existing folder. */
export async function writeTokenizer(folder: string, { tokenizer, config }: TokenizerFile): Promise<void> {
  await writeJson(path.join(folder, 'tokenizer.json'), tokenizer);
  await writeJson(path.join(folder, 'tokenizer_config.json'), config);
}

interface Token {
  id: number;
  text: string;
}

export interface TokenizerParts {
  added: unknown[];
  normalizer: unknown;
  pre_tokenizer: unknown;
  decoder: unknown;
  /** Vocabulary and merges, and what of a BPE model is not as usual. */
  model: Record<string, unknown>;
  /** Tokens that other programs put around a text if asked for special ones. */
  before: readonly Token[];
  after: readonly Token[];
}

/** The contents of a `tokenizer.json` with a BPE model. */
export function describeTokenizer(parts: TokenizerParts): Record<string, unknown> {
  const { added, normalizer, pre_tokenizer, decoder, model, before, after } = parts;
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: added,
    normalizer,
    pre_tokenizer,
    post_processor: before.length + after.length > 0 ? surround(before, after) : null,
    decoder,
    model: { ...usualModel, ...model },
  };
}

const usualModel = {
  type: 'BPE',
  dropout: null,
  unk_token: null,
  continuing_subword_prefix: null,
  end_of_word_suffix: null,
  fuse_unk: false,
  byte_fallback: false,
  ignore_merges: false,
};

/** A token that is looked for before a text is cut. */
export const addedToken = ({ id, text }: Token, special = true) => ({
  id,
  content: text,
  single_word: false,
  lstrip: false,
  rstrip: false,
  normalized: false,
  special,
});

function surround(before: readonly Token[], after: readonly Token[]) {
  const special = ({ text }: Token) => ({ SpecialToken: { id: text, type_id: 0 } });
  const text = (id: string) => [...before.map(special), { Sequence: { id, type_id: 0 } }, ...after.map(special)];
  return {
    type: 'TemplateProcessing',
    single: text('A'),
    pair: [...text('A'), ...text('B')],
    special_tokens: Object.fromEntries(
      [...before, ...after].map(({ id, text: name }) => [name, { id: name, ids: [id], tokens: [name] }]),
    ),
  };
}

/** The contents of a `tokenizer_config.json`. */
export const describeConfig = (fields: Record<string, unknown>) => ({
  tokenizer_class: 'PreTrainedTokenizerFast',
  ...fields,
  clean_up_tokenization_spaces: false,
});
