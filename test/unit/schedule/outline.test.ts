import assert from 'node:assert/strict';
import { compileSchedule, outlineSchedule } from '../../../src/schedule/compile';
import { recipes } from '../../../src/schedule/recipes';
import type { Schedule } from '../../../src/schedule/schedule';
import { experiment, world } from './world';
import { WordTokenizer } from './words';

/** Ids step by step, of every epoch of every stage. */
function ids(schedule: Schedule): string[][][] {
  return schedule.stages.flatMap((stage) =>
    Array.from({ length: schedule.passes(stage) }, (_, pass) =>
      schedule.plan(stage, pass + 1).map((step) => step.map((index) => schedule.examples[index].id)),
    ),
  );
}

const small = experiment({
  training: {
    documents: { batch: 3 },
    questions: { batch: 3 },
    mixed: { batch: 3 },
    epochs: { documents: 2, pit: 2, pitQuestions: 2 },
  },
});

describe('a schedule without tokens', () => {
  for (const { key: recipe } of recipes) {
    it(`has the order of ${recipe}`, () => {
      const input = { experiment: small, recipe, dataset: world(), seed: 7 };
      const outline = outlineSchedule(input);
      const schedule = compileSchedule({ ...input, tokenizer: new WordTokenizer() });
      assert.deepEqual(ids(outline), ids(schedule));
      assert.deepEqual(outline.stages, schedule.stages);
    });
  }

  it('has the order of a stage whose batches count tokens, in one step', () => {
    const counted = experiment({ training: { documents: { batch: { tokens: 16 } }, epochs: { documents: 1 } } });
    const input = { experiment: counted, recipe: 'cpt', dataset: world(), seed: 7 };
    const order = ids(compileSchedule({ ...input, tokenizer: new WordTokenizer() }))[0];
    assert.ok(order.length > 1);
    assert.deepEqual(ids(outlineSchedule(input)), [[order.flat()]]);
  });

  it('keeps what a text with nothing to train on would stop', () => {
    const dataset = world();
    dataset.documents[0].text = '';
    const input = { experiment: small, recipe: 'mix', dataset, seed: 7 };
    assert.throws(() => compileSchedule({ ...input, tokenizer: new WordTokenizer() }), /has no text/);
    assert.equal(outlineSchedule(input).examples.length, dataset.documents.length + 8);
  });
});
