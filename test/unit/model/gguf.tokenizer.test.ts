/** Tokenizers from GGUF files against the ids of the Rust library and of SentencePiece. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { UserError } from '../../../src/errors';
import { type GgufFile, readGguf, type Value } from '../../../src/model/gguf/header';
import { tokenizerOf } from '../../../src/model/gguf/tokenizer';
import { makeTokenizer } from '../../../src/model/tokenizer';
import { fixture, golden } from './gguf.support';

const { nasty } = JSON.parse(readFileSync(path.join(__dirname, '../../oracle/tokenizer/corpus.json'), 'utf8')) as {
  nasty: string[];
};
const ids = golden<Record<string, number[][]>>('tokens.json');

type Changes = Record<string, Value | undefined>;

/** The file with some of the tokenizer's metadata changed, or taken away where undefined. */
async function changed(name: string, changes: Changes): Promise<GgufFile> {
  const gguf = await readGguf(fixture(name));
  const metadata = new Map(gguf.metadata);
  for (const [key, value] of Object.entries(changes)) {
    if (value === undefined) metadata.delete(`tokenizer.ggml.${key}`);
    else metadata.set(`tokenizer.ggml.${key}`, value);
  }
  return { ...gguf, file: 'm.gguf', metadata };
}

const made = (gguf: GgufFile) => {
  const { tokenizer, config } = tokenizerOf(gguf);
  return makeTokenizer(tokenizer, config);
};

describe('tokenizer of a GGUF file', () => {
  for (const pre of Object.keys(ids).filter((name) => name !== 'sentencepiece')) {
    it(`gives the ids of the Rust library where words are cut as "${pre}"`, async () => {
      const tokenizer = made(await changed('byte-level.gguf', { pre }));
      nasty.forEach((text, i) => assert.deepEqual([...tokenizer.encode(text)], ids[pre][i], JSON.stringify(text)));
    });
  }

  it('is tested on ways of cutting that differ', () => {
    const all = Object.values(ids).map((rows) => JSON.stringify(rows));
    assert.equal(new Set(all).size, all.length);
  });

  it('gives the ids of SentencePiece', async () => {
    const tokenizer = made(await changed('sentencepiece.gguf', {}));
    nasty.forEach((text, i) =>
      assert.deepEqual([...tokenizer.encode(text)], ids.sentencepiece[i], JSON.stringify(text)),
    );
  });

  it('knows the special tokens, what surrounds a text, and how a chat is written', async () => {
    const gguf = await changed('byte-level.gguf', {});
    const { ids: special, tokenizer, config } = tokenizerOf(gguf);
    assert.deepEqual(special, { bos: 0, eos: 0, ends: [0], pad: 1 });
    assert.deepEqual(config, {
      tokenizer_class: 'PreTrainedTokenizerFast',
      bos_token: '<end>',
      eos_token: '<end>',
      pad_token: '<pad>',
      unk_token: null,
      clean_up_tokenization_spaces: false,
      chat_template: '{{ messages }}',
    });
    const added = tokenizer.added_tokens as { content: string; special: boolean }[];
    assert.deepEqual(
      added.map(({ content, special: isSpecial }) => [content, isSpecial]),
      [
        ['<end>', true],
        ['<pad>', true],
        ['<tool>', false],
      ],
    );
    const { single } = tokenizer.post_processor as { single: unknown[] };
    assert.deepEqual(single[0], { SpecialToken: { id: '<end>', type_id: 0 } });
    const plain = tokenizerOf(await changed('byte-level.gguf', { add_bos_token: undefined }));
    assert.equal(plain.tokenizer.post_processor, null);
  });

  it('ends at tokens that end a turn or a message too, which are special then', async () => {
    const none = 0xffffffff;
    const { ids: special, tokenizer } = tokenizerOf(
      await changed('byte-level.gguf', { eot_token_id: 9, eom_token_id: 0, padding_token_id: none }),
    );
    assert.deepEqual(special, { bos: 0, eos: 0, ends: [0, 9], pad: undefined });
    const added = tokenizer.added_tokens as { id: number; special: boolean }[];
    assert.deepEqual(
      added.filter(({ special: isSpecial }) => isSpecial).map(({ id }) => id),
      [0, 1, 9],
    );
    const all = tokenizerOf(await changed('byte-level.gguf', { eot_token_id: 9, eom_token_id: 7 }));
    assert.deepEqual(all.ids.ends, [0, 9, 7]);
  });

  it('refuses in one sentence what it can not bring over exactly', async () => {
    const gguf = await readGguf(fixture('sentencepiece.gguf'));
    const types = gguf.metadata.get('tokenizer.ggml.token_type') as number[];
    const tokens = gguf.metadata.get('tokenizer.ggml.tokens') as string[];
    const last = tokens.length - 1;
    const kinds = 'metadata "tokenizer.ggml.token_type"';
    const odd = `${kinds} makes token ${last}, ${JSON.stringify(tokens[last])}, one of a kind that is not supported`;
    const cuts = 'gpt-2, smollm, llama-bpe, qwen2, default';
    const cases: [name: string, changes: Changes, sentence: string][] = [
      [
        'byte-level',
        { model: 'bert' },
        'metadata "tokenizer.ggml.model" is "bert", and only gpt2, llama can be imported',
      ],
      ['byte-level', { pre: 'tekken' }, `metadata "tokenizer.ggml.pre" is "tekken", and only ${cuts} can be imported`],
      ['byte-level', { pre: undefined }, 'metadata "tokenizer.ggml.pre" is missing'],
      ['byte-level', { tokens: undefined }, 'metadata "tokenizer.ggml.tokens" is missing'],
      ['byte-level', { tokens: [1, 2] }, 'metadata "tokenizer.ggml.tokens" must be a list of texts, but is [1,2]'],
      ['byte-level', { tokens: ['a', 'b', 'a'], token_type: [1, 1, 1] }, 'tokens 0 and 2 are both "a"'],
      ['byte-level', { token_type: [1] }, `${kinds} has 1 entries for 705 tokens`],
      ['byte-level', { eos_token_id: undefined }, 'metadata "tokenizer.ggml.eos_token_id" is missing'],
      [
        'byte-level',
        { bos_token_id: 705 },
        'metadata "tokenizer.ggml.bos_token_id" must be the id of one of the 705 tokens, but is 705',
      ],
      [
        'byte-level',
        { eot_token_id: -1 },
        'metadata "tokenizer.ggml.eot_token_id" must be the id of one of the 705 tokens, but is -1',
      ],
      [
        'byte-level',
        { merges: ['a nonsense'] },
        'metadata "tokenizer.ggml.merges" has "a nonsense", which is no pair of tokens that make another',
      ],
      ['sentencepiece', { scores: [1] }, `metadata "tokenizer.ggml.scores" has 1 entries for ${tokens.length} tokens`],
      ['sentencepiece', { token_type: [...types.slice(0, -1), 4] }, odd],
      ['sentencepiece', { token_type: [...types.slice(0, -1), 5] }, odd],
      [
        'sentencepiece',
        { token_type: types.map((kind) => (kind === 6 ? 1 : kind)) },
        `${kinds} marks 0 tokens as bytes, but there must be 256`,
      ],
      [
        'sentencepiece',
        { remove_extra_whitespaces: true },
        'metadata "tokenizer.ggml.remove_extra_whitespaces" is an option that is not supported',
      ],
    ];
    for (const [name, changes, sentence] of cases) {
      const broken = await changed(`${name}.gguf`, changes);
      assert.throws(() => tokenizerOf(broken), new UserError(`m.gguf: ${sentence}.`));
    }
  });
});
