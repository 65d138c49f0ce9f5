/** What is read of a model that another program computes: the same facts under all names, and one sentence for gaps. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { readConfig } from '../../../src/model/config-file';
import { foreignFamily, readFacts } from '../../../src/model/facts';

const fixtures = resolve(__dirname, '../../fixtures/model');
/** Not mistral: where its window is not built, no text may be longer. */
const families = readdirSync(fixtures).filter((name) => /^(gpt|llama|olmo2|qwen)/.test(name));

describe('the facts of a model', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pit-facts-'));
  after(() => rmSync(folder, { recursive: true }));
  const write = (config: unknown) => writeFileSync(join(folder, 'config.json'), JSON.stringify(config));
  const sizes = { vocab_size: 90, hidden_size: 8, max_position_embeddings: 64 };

  for (const name of families)
    it(`are for ${name} those that a strict reading gives`, async () => {
      const facts = await readFacts(join(fixtures, name));
      const config = await readConfig(join(fixtures, name));
      for (const [fact, value] of Object.entries(facts))
        assert.deepEqual(value, config[fact as keyof typeof facts], fact);
      assert.equal(await foreignFamily(join(fixtures, name)), undefined);
    });

  it('are read of a family that is not built here, whatever else its config says', async () => {
    write({ model_type: 'phi', ...sizes, n_experts: 9, eos_token_id: [2, 5], pad_token_id: null });
    assert.deepEqual(await readFacts(folder), {
      vocabSize: 90,
      hiddenSize: 8,
      maxPositions: 64,
      bosToken: 2,
      eosToken: 2,
      padToken: 2,
      stopTokens: [2, 5],
    });
    assert.equal(await foreignFamily(folder), 'phi');
  });

  it('stand in a part of their own where a model also sees pictures', async () => {
    write({ model_type: 'some', eos_token_id: 1, text_config: sizes });
    assert.equal((await readFacts(folder)).hiddenSize, 8);
  });

  it('are missed by name', async () => {
    write({ ...sizes, hidden_size: null, eos_token_id: 1 });
    await assert.rejects(
      readFacts(folder),
      /config\.json says no size under any of these names: hidden_size, n_embd, /,
    );
    write({ ...sizes, hidden_size: 'wide', eos_token_id: 1 });
    await assert.rejects(readFacts(folder), /config\.json: field "hidden_size" must be a whole number above 0/);
    write(sizes);
    await assert.rejects(readFacts(folder), /config\.json: field "eos_token_id" is missing/);
    write({ ...sizes, eos_token_id: 'end' });
    await assert.rejects(readFacts(folder), /config\.json: field "eos_token_id" must be a token/);
    write([]);
    await assert.rejects(readFacts(folder), /config\.json must hold a JSON object/);
  });
});
