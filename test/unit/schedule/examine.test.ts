import assert from 'node:assert/strict';
import { examine, examineOutline, type Examined } from '../../../src/schedule/examine';
import { document, experiment, question, world } from './world';
import { WordTokenizer } from './words';

function examined(fields: Partial<Examined> = {}) {
  const usual = { experiment: experiment(), dataset: world(), tokenizer: new WordTokenizer(), positions: 512 };
  return examine({ ...usual, ...fields });
}

describe('examining an experiment before a run', () => {
  it('finds nothing where all can be trained on', () => {
    const found = examined({ experiment: experiment({ recipes: ['pit', 'it', 'weighted', 'open-book'] }) });
    assert.deepEqual({ ...found, places: [] }, { errors: [], warnings: [], texts: [], places: [] });
    assert.ok(found.places.length > 0 && found.places.every((places) => places >= 11 && places <= 13));
  });

  it('names every text that gives no example, once though several recipes train on it', () => {
    const { texts } = examined({
      experiment: experiment({ recipes: ['pit', 'mix'], training: { sequence: 13 } }),
      dataset: { ...world({ train: 2 }), documents: [document('n7', 'test', ''), document('t1', 'train', 'A b.')] },
    });
    assert.deepEqual(
      texts.map(({ severity, file, line, field }) => [severity, file, line, field]),
      [
        ...[1, 2, 1, 2].map((line) => ['error', 'train/qa.jsonl', line, 'question']),
        ['error', 'test/doc.jsonl', 8, 'text'],
      ],
    );
    assert.match(texts[0].message, /^The question t0\?1 takes 14 tokens, but training\.sequence allows 13: its answer/);
  });

  it('names a text that only another seed keeps in', () => {
    const { documents } = world();
    const questions = [
      question('t1', 1, 'train', 'Who?', 'Ada'),
      question('t1', 2, 'train', 'Who of them all was born there then?', 'Ada'),
    ];
    const asked = { training: { keptQuestions: 1, sequence: 12 }, recipes: ['cpt'] };
    const found = (seeds: number[]) =>
      examined({ experiment: experiment({ ...asked, seeds }), dataset: { documents, questions } }).texts.map(
        ({ line, field }) => [line, field],
      );
    const alone = [1, 2, 3, 4, 5, 6, 7, 8].map((seed) => found([seed]));
    assert.ok(alone.some((texts) => texts.length === 0));
    assert.deepEqual(found([1, 2, 3, 4, 5, 6, 7, 8]), [[2, 'question']]);
  });

  it('names empty parts and unknown ids at their fields, also without a tokenizer', () => {
    const stages = [
      { parts: ['documents:train', 'documents:base'] },
      { parts: ['documents:test'], arrangement: 'manual' as const, order: ['n0', 'nobody', 'n1', 't0'] },
    ];
    const broken = experiment({ stages });
    const { errors } = examined({ experiment: broken });
    assert.deepEqual(
      errors.map(({ path, message }) => `${path.join('.')} ${message}`),
      [
        'stages.0.parts.1 Stage 1 trains on documents:base, but the dataset has no documents there; splits with documents: train, test.',
        'stages.1.order.1 The order of stage 2 names "nobody", which none of its parts holds.',
        'stages.1.order.3 The order of stage 2 names "t0", which none of its parts holds.',
      ],
    );
    assert.deepEqual(examineOutline(broken, world()), errors);
  });

  it('says at a recipe what it misses', () => {
    const { errors } = examined({
      experiment: experiment({ recipes: ['pit', 'cpt', 'it'] }),
      dataset: { ...world(), documents: world({ train: 0 }).documents },
    });
    assert.deepEqual(
      errors.map(({ path }) => path),
      [
        ['recipes', 0],
        ['recipes', 2],
      ],
    );
    assert.match(errors[0].message, /documents:train, but the dataset has no documents there/);
  });

  it('counts what is cut, as a warning', () => {
    const { errors, warnings } = examined({
      experiment: experiment({ recipes: ['mix', 'weighted'], training: { sequence: 14 } }),
      dataset: {
        ...world(),
        documents: [
          ...world().documents,
          ...[40, 20].map((n) => document(`n${n}`, 'test', Array(n).fill('w').join(' '))),
        ],
      },
    });
    assert.deepEqual(errors, []);
    assert.deepEqual(warnings, [
      {
        path: ['training', 'sequence'],
        message: 'Cut at 14 tokens: 2 of 9 documents, 34 tokens of their ends in all. The longest, n40, has 41.',
      },
    ]);
  });

  it('refuses rows and models that are shorter than an example', () => {
    const { errors } = examined({ experiment: experiment({ training: { row: 12 } }), positions: 10 });
    assert.deepEqual(
      errors.map(({ path, message }) => [path.join('.'), message.replace(/ [a-z]\d\?\d /, ' X ')]),
      [
        [
          'training.row',
          'The question X takes 13 places, but training.row has 12: raise training.row, lower training.sequence, or leave training.row out.',
        ],
        ['training.sequence', 'The question X takes 13 places, but the model has 10: lower training.sequence to 10.'],
      ],
    );
  });
});
