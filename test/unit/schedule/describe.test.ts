import assert from 'node:assert/strict';
import { describeSchedule, describeTokens } from '../../../src/schedule/describe';
import { printSchedule, printTokens } from '../../../src/schedule/print';
import { compile, document, experiment, world } from './world';
import { WordTokenizer } from './words';

const stages = [
  { parts: ['documents:train'], epochs: 4, batch: 3, keptQuestions: 5, rate: 0.01 },
  { parts: ['questions:train'], arrangement: 'manual' as const, order: ['t0?1', 't2?2'], batch: { tokens: 13 } },
];

function describedWorld() {
  const { documents, questions } = world();
  const dataset = { documents: [...documents, document('t9', 'train', Array(40).fill('word').join(' '))], questions };
  const schedule = compile({ dataset, experiment: experiment({ stages, training: { sequence: 20 } }) });
  return describeSchedule(schedule, { dataset, rows: [40], shown: 2 });
}

describe('the description of a schedule', () => {
  it('counts examples, steps and tokens of every stage', () => {
    const [first, second] = describedWorld().stages;
    assert.deepEqual([first.examples, first.keptQuestions, first.leftOut, first.steps], [10, 5, 0, 16]);
    // Four documents of 11 places, one cut to 19, five questions of 13; four times over.
    assert.equal(first.tokens, 4 * (4 * 11 + 19 + 5 * 13));
    assert.deepEqual([second.examples, second.leftOut, second.steps, second.tokens], [2, 6, 2, 26]);
    assert.equal(second.padding, 1 - 13 / 40);
    assert.deepEqual(second.order, [{ epoch: 1, first: ['t0?1', 't2?2'] }]);
  });

  it('gives quantiles of lengths by kind, and what is cut', () => {
    const { lengths, truncated } = describedWorld();
    assert.deepEqual(lengths.document, { count: 5, min: 12, p25: 12, p50: 12, p75: 12, p95: 20, max: 20 });
    assert.deepEqual([lengths.question?.min, lengths.question?.max], [14, 14]);
    assert.deepEqual(
      truncated.map(({ id, tokens, kept }) => [id, tokens, kept]),
      [['t9', 41, 20]],
    );
  });

  it('prints all of it', () => {
    const text = printSchedule(describedWorld());
    for (const line of [
      'Stage 1: train doc',
      '  documents:train, shuffled, 4 epochs, peak rate 0.01, batches of 3 examples',
      '  6 examples of its parts left out by the order',
      '  epoch 1: t0?1  t2?2 …',
      '  and 1 more epoch',
      'documents                 5     12     12     12     12     20     20',
      '1 document cut at training.sequence:',
      '  train/doc.jsonl:10  t9  41 tokens, 20 kept',
    ]) {
      assert.ok(text.split('\n').includes(line), `${line}\nis not in\n${text}`);
    }
  });

  it('says where nothing is trained', () => {
    const schedule = compile({ recipe: 'closed-book' });
    assert.equal(
      printSchedule(describeSchedule(schedule, { dataset: world(), rows: [] })),
      'Nothing is trained; questions are put closed-book.\n',
    );
  });

  it('shows the tokens of an example with the weight of predicting each', () => {
    const tokenizer = new WordTokenizer();
    const dataset = { documents: [document('n1', 'test', 'In Rome.')], questions: world().questions };
    const [example] = compile({ dataset, tokenizer, recipe: 'weighted' }).examples;
    const tokens = describeTokens(example, tokenizer);
    assert.deepEqual(
      tokens.map(({ text, weight }) => [text, weight]),
      [
        ['<bos>', 0],
        ['In', 0.5],
        ['·Rome', 0.5],
        ['.', 0.5],
      ],
    );
    assert.equal(printTokens(tokens).split('\n')[2], '      3  0.50  In');
  });
});
