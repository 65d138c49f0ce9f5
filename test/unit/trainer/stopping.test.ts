/** A model whose tokens for padding, begin and end are one, as GPT-2's, learns where its answers end. */
import assert from 'node:assert/strict';
import type { Question } from '../../../src/dataset/model';
import { trainTokenizer } from '../../../src/model/bpe';
import { initialize } from '../../../src/model/parameters';
import { presetConfig } from '../../../src/model/presets';
import { makeTokenizer } from '../../../src/model/tokenizer';
import { ExampleStore } from '../../../src/schedule/examples';
import { packBatches } from '../../../src/schedule/pack';
import { ask } from '../../../src/trainer/ask';
import { adam, learnerOf } from '../engine/support';
import { experiment, question } from '../schedule/world';

const questions: Question[] = [
  question('a', 1, 'train', 'Where was Ada born?', 'Lyon'),
  question('b', 1, 'train', 'Whom did Bo teach?', 'two nieces and the whole choir of Saint Paul'),
  question('c', 1, 'train', 'Which year?', '1907'),
];

describe('a model with pad == bos == eos', () => {
  const { tokenizer: json, config: names } = trainTokenizer(['Question: Where was Ada born? Answer: Lyon'], 300);
  const only = { ...names, pad_token: '<eos>', bos_token: '<eos>' };
  const tokenizer = makeTokenizer(json, only);

  it('stops behind each answer', async () => {
    const { pad, bos, eos } = tokenizer;
    assert.deepEqual([pad, bos], [eos, eos]);
    const config = { ...presetConfig('nano', tokenizer), layers: 1 };
    const learner = learnerOf(config, initialize(config, 1), { optimizer: { ...adam, weightDecay: 0 } });
    const store = new ExampleStore(tokenizer, { sequence: 128 });
    for (const each of questions) store.addQuestion(each);
    const batches = packBatches(store.examples, { row: 128, microBatch: 512 });
    const padding = batches.flatMap(({ examples }) => [...examples].filter((example) => example < 0));
    assert.ok(padding.length > 0);
    for (let step = 0; step < 60; step++) await learner.step(batches, 5e-3);
    const evaluation = { maxTokens: 60 };
    const asker = { experiment: experiment({ evaluation }), dataset: { documents: [], questions: [] }, tokenizer };
    const predictions = await ask({ ...asker, learner, schedule: { prompt: 'zero-shot', seed: 1 } }, questions);
    assert.deepEqual(
      predictions.map(({ output }) => output),
      questions.map(({ answers: [answer] }) => ` ${answer}`),
    );
    await learner.close();
  });
});
