/** Tokenizers against ids and merges of the Rust library, made by test/oracle/tokenizer/make.py. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { UserError } from '../../../src/errors';
import { trainTokenizer } from '../../../src/model/bpe';
import { byteCharacters, fromByteCharacters, toByteCharacters } from '../../../src/model/bytes';
import { readConfig } from '../../../src/model/config-file';
import { loadTokenizer, makeTokenizer } from '../../../src/model/tokenizer';
import { writeTokenizer } from '../../../src/model/tokenizer-file';

const fixtures = path.join(__dirname, '../../fixtures/model/tokenizer');
const read = (file: string) => JSON.parse(readFileSync(file, 'utf8'));
const corpus: { training: string[]; nasty: string[]; published: string[] } = read(
  path.join(__dirname, '../../oracle/tokenizer/corpus.json'),
);
type Golden = Record<string, { ids: number[][]; texts: string[] }>;
const golden: Golden = read(path.join(fixtures, 'golden.json'));
const families: Golden = read(path.join(fixtures, 'families.json'));
/** Those that put bytes together to characters by a step of their own. */
const withByteTokens = ['metaspace', 'llama2', 'mistral'];
const tokenizerOf = (name: string) => read(path.join(fixtures, name, 'tokenizer.json'));
interface Added {
  id: number;
  content: string;
  special: boolean;
}
const names = { pad_token: '<pad>', bos_token: '<bos>', eos_token: '<eos>' };

describe('tokenizer', () => {
  for (const [name, { ids, texts }] of Object.entries({ ...golden, ...families })) {
    const open = () => loadTokenizer(path.join(fixtures, name), { bosToken: 0, eosToken: 0 });
    const encoded = name in golden ? corpus.nasty : [...corpus.nasty, ...corpus.published];

    it(`gives the ids of the Rust library: ${name}`, async () => {
      const tokenizer = await open();
      assert.equal(ids.length, encoded.length);
      encoded.forEach((text, i) => assert.deepEqual([...tokenizer.encode(text)], ids[i], JSON.stringify(text)));
    });

    it(`gives the texts of the Rust library: ${name}`, async () => {
      const tokenizer = await open();
      // The JavaScript library drops byte order marks when it puts bytes together to characters.
      const expected = withByteTokens.includes(name) ? texts.map((text) => text.replaceAll('\ufeff', '')) : texts;
      ids.forEach((row, i) => assert.equal(tokenizer.decode(row), expected[i]));
    });
  }

  it('is tested on published kinds that differ, none of whose control tokens a text can spell', () => {
    const rows = Object.entries(families).map(([name, { ids }]) => {
      const special = tokenizerOf(name).added_tokens.filter((token: { special: boolean }) => token.special);
      const forbidden = new Set(special.map(({ id, content }: Added) => (content === '<unk>' ? -1 : id)));
      assert.ok(
        ids.flat().every((id) => !forbidden.has(id)),
        name,
      );
      return JSON.stringify(ids);
    });
    assert.equal(new Set(rows).size, rows.length);
  });

  it('never takes what a text says for a control token', async () => {
    for (const name of Object.keys(golden)) {
      const tokenizer = await loadTokenizer(path.join(fixtures, name));
      const { bos, eos, pad } = tokenizer;
      assert.deepEqual([pad, bos, eos], [0, 1, 2]);
      const ids = tokenizer.encode('a <eos> b<bos><pad>');
      assert.ok(
        ids.every((id) => id > 2),
        name,
      );
      assert.equal(tokenizer.decode(ids).trim(), 'a <eos> b<bos><pad>');
    }
  });

  it('leaves control tokens out of texts', async () => {
    const tokenizer = await loadTokenizer(path.join(fixtures, 'split'));
    const ids = [tokenizer.bos, ...tokenizer.encode('born in Lyon'), tokenizer.eos, tokenizer.pad];
    assert.equal(tokenizer.decode(ids), 'born in Lyon');
    assert.equal(tokenizer.decode([tokenizer.eos]), '');
    assert.equal(tokenizer.decode([]), '');
  });

  it('leaves out ids that it has no token for, as the Rust library does', async () => {
    for (const name of ['split', 'metaspace']) {
      const tokenizer = await loadTokenizer(path.join(fixtures, name));
      const [first, second] = [[...tokenizer.encode('born')], [...tokenizer.encode(' in Lyon')]];
      const padded = [...first, tokenizer.vocabSize, ...second, tokenizer.vocabSize + 1];
      assert.equal(tokenizer.decode(padded), tokenizer.decode([...first, ...second]));
    }
  });

  it('gives every text back', async () => {
    const tokenizer = await loadTokenizer(path.join(fixtures, 'split'));
    for (const text of corpus.nasty) assert.equal(tokenizer.decode(tokenizer.encode(text)), text);
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        assert.equal(tokenizer.decode(tokenizer.encode(text)), text);
      }),
    );
    assert.equal(tokenizer.decode(tokenizer.encode('half \ud83d a pair')), 'half \ufffd a pair');
  });

  it('gives on its fast path the ids that the library gives', () => {
    const never = { id: 9999, content: '\u{10ffff}', special: false };
    for (const name of ['split', 'builtin', 'smollm2', 'llama3']) {
      const json = tokenizerOf(name);
      const special = json.added_tokens.filter((token: Added) => token.special);
      const config = { eos_token: special[0].content };
      const plain = makeTokenizer({ ...json, added_tokens: special }, config);
      // A token that is added but not special leads around the fast path.
      const slow = makeTokenizer({ ...json, added_tokens: [...special, never] }, config);
      const unit = fc.oneof(
        fc.constantFrom(' ', '\n', "'s", 'a', '<eos>', ' the', '\ufeff', '\u0085', '12', '\u0665'),
        fc.string({ unit: 'grapheme', maxLength: 3 }),
      );
      fc.assert(
        fc.property(fc.array(unit), (parts) => {
          const ids = [...slow.encode(parts.join(''))];
          for (let again = 0; again < 2; again++) assert.deepEqual([...plain.encode(parts.join(''))], ids);
        }),
      );
    }
  });

  it('counts ids of the vocabulary and added ones', async () => {
    const sizes = await Promise.all(Object.keys(golden).map((name) => loadTokenizer(path.join(fixtures, name))));
    assert.deepEqual(
      sizes.map(({ vocabSize }) => vocabSize),
      [420, 301, 573],
    );
  });

  it('shows tokens with their blanks, and parts of characters as bytes', async () => {
    const tokenizer = await loadTokenizer(path.join(fixtures, 'split'));
    const shown = (text: string) => [...tokenizer.encode(text)].map((id) => tokenizer.show(id));
    assert.deepEqual(shown(' born\n\t'), ['·born', '⏎', '→']);
    assert.deepEqual(shown('ø'), ['\\xC3', '\\xB8']);
    assert.equal(tokenizer.show(2), '<eos>');
    assert.equal(tokenizer.show(9999), '<9999>');
    const metaspace = await loadTokenizer(path.join(fixtures, 'metaspace'));
    assert.equal(metaspace.show(metaspace.encode('born')[0]), '·born');
  });

  it('takes the end token where no padding token is named', () => {
    assert.equal(makeTokenizer(tokenizerOf('split'), { ...names, pad_token: null }).pad, 2);
    assert.equal(makeTokenizer(tokenizerOf('split'), { ...names, pad_token: { content: '<pad>' } }).pad, 0);
  });

  it('takes what begins and ends a text from the model where it names none itself, else the end token', async () => {
    const model = { bosToken: 7, eosToken: 8 };
    const tokens = async (name: string, given?: typeof model) => {
      const { bos, eos, pad } = await loadTokenizer(path.join(fixtures, name), given);
      return [bos, eos, pad];
    };
    const idOf = (name: string, content: string) =>
      tokenizerOf(name).added_tokens.find((token: Added) => token.content === content).id;
    const qwen2 = [idOf('qwen2', '<|im_end|>'), idOf('qwen2', '<|endoftext|>')];
    assert.deepEqual(await tokens('qwen2'), [qwen2[0], ...qwen2]);
    assert.deepEqual(await tokens('qwen2', model), [7, ...qwen2]);
    assert.deepEqual(await tokens('gpt2', model), [7, 8, 8]);
    assert.deepEqual(await tokens('llama2', model), [1, 2, 2]);
    const file = path.join(fixtures, 'gpt2', 'tokenizer_config.json');
    await assert.rejects(tokens('gpt2'), new UserError(`${file}: field "eos_token" is missing.`));
  });

  it('asks the config beside it', async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'pit-'));
    await writeTokenizer(folder, { tokenizer: tokenizerOf('gpt2'), config: {} });
    await copyFile(path.join(fixtures, '../gpt2/config.json'), path.join(folder, 'config.json'));
    const { bosToken, eosToken } = await readConfig(folder);
    const { bos, eos, pad } = await loadTokenizer(folder);
    assert.deepEqual([bos, eos, pad], [bosToken, eosToken, eosToken]);
    await rm(folder, { recursive: true });
  });

  it('refuses in one sentence what it can not use', async () => {
    const json = tokenizerOf('split');
    const refused = (tokenizer: unknown, config: unknown, sentence: string) =>
      assert.throws(() => makeTokenizer(tokenizer, config), new UserError(sentence));
    refused(json, {}, 'tokenizer_config.json: field "eos_token" is missing.');
    refused(
      json,
      { ...names, eos_token: '</s>' },
      'tokenizer_config.json: field "eos_token" is "</s>", which is not in the vocabulary.',
    );
    refused(
      { ...json, model: { ...json.model, type: 'Unigram' } },
      names,
      'tokenizer.json: field "model.type" is wrong: only BPE is supported.',
    );
    refused(
      { ...json, pre_tokenizer: { type: 'Odd' } },
      names,
      "tokenizer.json holds a tokenizer that can't be used: Unknown PreTokenizer type: Odd.",
    );
    await assert.rejects(
      loadTokenizer('/nowhere'),
      new UserError("/nowhere/tokenizer.json can't be read: it does not exist."),
    );
  });
});

describe('trainTokenizer', () => {
  it('learns the merges of the Rust trainer, ties included', () => {
    const { tokenizer } = trainTokenizer(corpus.training, 420) as { tokenizer: Record<string, unknown> };
    const theirs = tokenizerOf('split');
    assert.deepEqual(tokenizer.model, theirs.model);
    assert.deepEqual(tokenizer.pre_tokenizer, theirs.pre_tokenizer);
    assert.deepEqual(tokenizer.added_tokens, theirs.added_tokens);
    assert.deepEqual(tokenizer.post_processor, theirs.post_processor);
  });

  it('writes files that give the golden ids', async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'pit-'));
    await writeTokenizer(folder, trainTokenizer(corpus.training, 420));
    const tokenizer = await loadTokenizer(folder);
    corpus.nasty.forEach((text, i) => assert.deepEqual([...tokenizer.encode(text)], golden.split.ids[i]));
    await rm(folder, { recursive: true });
  });

  it('needs room for every byte', () => {
    const sentence = 'A byte-level vocabulary needs at least 259 entries, not 258.';
    assert.throws(() => trainTokenizer([], 258), new UserError(sentence));
    const { tokenizer, config } = trainTokenizer([], 259);
    assert.equal(makeTokenizer(tokenizer, config).vocabSize, 259);
  });
});

describe('the byte alphabet', () => {
  it("is GPT-2's", () => {
    assert.equal(new Set(byteCharacters).size, 256);
    assert.equal(toByteCharacters('a b\n'), 'aĠbĊ');
    assert.equal(toByteCharacters('é\u0000\u00ad'), 'Ã©ĀÂŃ');
    assert.deepEqual([...fromByteCharacters('aĠÃ©')!], [0x61, 0x20, 0xc3, 0xa9]);
    assert.equal(fromByteCharacters('a b'), undefined);
  });
});
