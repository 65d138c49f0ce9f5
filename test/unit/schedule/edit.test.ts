import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parse } from 'jsonc-parser';
import { applyEdits } from '../../../src/dataset/edit/text';
import { type Change, editExperiment, type StageChange } from '../../../src/schedule/edit';
import type { Experiment } from '../../../src/schedule/experiment';
import { parseExperiment } from '../../../src/schedule/read-experiment';
import { recipes } from '../../../src/schedule/recipes';
import type { Stage } from '../../../src/schedule/schedule';
import { resolveStages, writePart } from '../../../src/schedule/stages';

const edit = (text: string, change: Change) => applyEdits(text, editExperiment(text, change).edits);

function experimentOf(text: string): Experiment {
  const { experiment, problems } = parseExperiment(text, 'x.pit.json');
  assert.deepEqual(problems, []);
  return experiment!;
}

const two = `{
  // What is compared.
  "model": { "preset": "nano" },
  "data": "people",
  "stages": [
    // first
    {
      "parts": ["questions:train", "documents:train"],
      "epochs": 3, // few
      "arrangement": "interleaved"
    },
    { "parts": ["documents:test"], "keptQuestions": 4 } // last
  ]
}
`;

const one = (fields: string) => `{
  "model": { "preset": "nano" }, // small
  "data": "people",
  "recipes": ${fields},
  "seeds": [1] // one
}
`;

describe('an edit of settings', () => {
  const cases: { name: string; change: Change; from: string; to: string }[] = [
    {
      name: 'names a model folder in the place of a preset',
      change: { kind: 'model', model: '../models/tiny' },
      from: '{ "preset": "nano" }, // small',
      to: '"../models/tiny", // small',
    },
    {
      name: 'takes another preset with the same tokenizer',
      change: { kind: 'model', model: { preset: 'mini' } },
      from: '"nano"',
      to: '"mini"',
    },
    {
      name: 'adds a device behind the seeds and their comment',
      change: { kind: 'device', device: 'webgpu' },
      from: '"seeds": [1] // one\n',
      to: '"seeds": [1], // one\n  "device": "webgpu"\n',
    },
  ];
  for (const { name, change, from, to } of cases) {
    it(name, () => {
      const text = one('["pit"]');
      assert.ok(text.includes(from), 'the case is about text that is there');
      assert.equal(edit(text, change), text.replace(from, to));
    });
  }

  it('keeps the vocabulary of a preset, and takes it away with the preset', () => {
    const text = one('["pit"]').replace('"nano"', '"nano", "vocabulary": 300');
    const other = edit(text, { kind: 'model', model: { preset: 'micro' } });
    assert.deepEqual(experimentOf(other).model, { preset: 'micro', vocabulary: 300 });
    const folder = edit(other, { kind: 'model', model: 'base' });
    assert.equal(experimentOf(folder).model, 'base');
    assert.deepEqual(experimentOf(edit(folder, { kind: 'model', model: { preset: 'nano' } })).model, {
      preset: 'nano',
      vocabulary: 2048,
    });
  });

  it('writes another device where one stands', () => {
    const text = edit(one('["pit"]'), { kind: 'device', device: 'webgpu' });
    assert.equal(edit(text, { kind: 'device', device: 'auto' }), text.replace('webgpu', 'auto'));
  });
});

describe('an edit of written-out stages', () => {
  const cases: { name: string; change: Change; from: string; to: string }[] = [
    {
      name: 'sets epochs where they stand',
      change: { kind: 'epochs', variant: 0, stage: 1, epochs: 12 },
      from: '"epochs": 3, // few',
      to: '"epochs": 12, // few',
    },
    {
      name: 'adds epochs behind the parts',
      change: { kind: 'epochs', variant: 0, stage: 2, epochs: 5 },
      from: '["documents:test"], "keptQuestions"',
      to: '["documents:test"], "epochs": 5, "keptQuestions"',
    },
    {
      name: 'adds a rate behind the epochs and their comment',
      change: { kind: 'rate', variant: 0, stage: 1, rate: 0.001 },
      from: '// few\n',
      to: '// few\n      "rate": 0.001,\n',
    },
    {
      name: 'sets a batch',
      change: { kind: 'batch', variant: 0, stage: 2, batch: { tokens: 64 } },
      from: '["documents:test"], ',
      to: '["documents:test"], "batch": { "tokens": 64 }, ',
    },
    {
      name: 'switches the arrangement',
      change: { kind: 'arrange', variant: 0, stage: 1, arrangement: 'grouped' },
      from: '"interleaved"',
      to: '"grouped"',
    },
    {
      name: 'puts documents first',
      change: { kind: 'first', variant: 0, stage: 1, first: 'documents' },
      from: '"interleaved"\n',
      to: '"interleaved",\n      "first": "documents"\n',
    },
    {
      name: 'removes a stage with its comment',
      change: { kind: 'remove', variant: 0, stage: 2 },
      from: ',\n    { "parts": ["documents:test"], "keptQuestions": 4 } // last',
      to: '',
    },
    {
      name: 'duplicates a stage',
      change: { kind: 'duplicate', variant: 0, stage: 2 },
      from: '"keptQuestions": 4 } // last',
      to: '"keptQuestions": 4 }, // last\n    { "parts": ["documents:test"], "keptQuestions": 4 }',
    },
    {
      name: 'adds a stage',
      change: { kind: 'add', variant: 0, stage: 1, entry: { parts: ['questions:train'], epochs: 1 } },
      from: '    { "parts": ["documents:test"]',
      to: '    { "parts": ["questions:train"], "epochs": 1 },\n    { "parts": ["documents:test"]',
    },
    {
      name: 'writes a hand-made order',
      change: { kind: 'order', variant: 0, stage: 1, order: ['a?1', 'a'] },
      from: '"interleaved"\n',
      to: '"manual",\n      "order": ["a?1", "a"]\n',
    },
  ];
  for (const { name, change, from, to } of cases) {
    it(name, () => {
      assert.ok(two.includes(from), 'the case is about text that is there');
      assert.equal(edit(two, change), two.replace(from, to));
    });
  }

  it('moves a stage with its comments', () => {
    assert.deepEqual(
      experimentOf(edit(two, { kind: 'move', variant: 0, stage: 2, to: 1 })).stages!.map(({ parts }) => parts.length),
      [1, 2],
    );
    assert.match(
      edit(two, { kind: 'move', variant: 0, stage: 2, to: 1 }),
      /"keptQuestions": 4 \}, \/\/ last\n {4}\/\/ first\n {4}\{\n/,
    );
  });

  it('turns kept questions into a part when a stage gets an order, and keeps epochs, rate and batch', () => {
    const before = resolveStages(experimentOf(two))[1];
    const after = resolveStages(
      experimentOf(edit(two, { kind: 'order', variant: 0, stage: 2, order: ['n0', 't0?1'] })),
    )[1];
    assert.deepEqual(after.parts.map(writePart), ['documents:test', 'questions:train']);
    assert.deepEqual([after.keptQuestions, after.order], [0, ['n0', 't0?1']]);
    assert.deepEqual([after.epochs, after.rate, after.batch], [before.epochs, before.rate, before.batch]);
  });

  it('changes two ids of a long order in two places', () => {
    const ids = Array.from({ length: 2000 }, (_, number) => `document ${number}`);
    const manual = edit(two, { kind: 'order', variant: 0, stage: 1, order: ids });
    const moved = [ids[1999], ...ids.slice(0, 1999)];
    const { edits } = editExperiment(manual, { kind: 'order', variant: 0, stage: 1, order: moved });
    assert.ok(edits.reduce((sum, { start, end, text }) => sum + end - start + text.length, 0) < 100);
    assert.deepEqual(experimentOf(applyEdits(manual, edits)).stages![0].order, moved);
  });

  it('forgets the order when the arrangement follows from the data again', () => {
    const manual = edit(two, { kind: 'order', variant: 0, stage: 1, order: ['a?1', 'a'] });
    assert.equal(edit(manual, { kind: 'arrange', variant: 0, stage: 1, arrangement: 'interleaved' }), two);
  });

  it('refuses what cannot be', () => {
    const refuses = (text: string, change: Change, why: RegExp) =>
      assert.throws(() => editExperiment(text, change), why);
    refuses(two, { kind: 'arrange', variant: 0, stage: 2, arrangement: 'grouped' }, /Stage 2 can't be grouped/);
    refuses(one('["pit"]'), { kind: 'remove recipe', variant: 0 }, /only recipe/);
    refuses('{ "model": 3 }', { kind: 'add recipe', recipe: 'pit' }, /right first/);
    const alone = edit(two, { kind: 'remove', variant: 0, stage: 2 });
    refuses(alone, { kind: 'remove', variant: 0, stage: 1 }, /only stage/);
  });
});

describe('an edit of recipes', () => {
  it('sets epochs and rates in the recipe itself', () => {
    const epochs = edit(one('["pit"]'), { kind: 'epochs', variant: 0, stage: 1, epochs: 7 });
    assert.equal(epochs, one('[{ "recipe": "pit", "epochs": [7, 10] }]'));
    const rates = edit(epochs, { kind: 'rate', variant: 0, stage: 2, rate: 0.01 });
    assert.equal(rates, one('[{ "recipe": "pit", "epochs": [7, 10], "rates": [0.00003, 0.01] }]'));
  });

  it('finds the row of the table that says an arrangement', () => {
    const grouped = editExperiment(one('["it", { "recipe": "pit", "epochs": [4, 5] }]'), {
      kind: 'arrange',
      variant: 1,
      stage: 1,
      arrangement: 'grouped',
    });
    const text = applyEdits(one('["it", { "recipe": "pit", "epochs": [4, 5] }]'), grouped.edits);
    assert.equal(text, one('["it", { "recipe": "grouped-qa-first", "epochs": [4, 5] }]'));
    assert.equal(grouped.dropped, undefined);
    const back = edit(text, { kind: 'first', variant: 1, stage: 1, first: 'documents' });
    assert.equal(back, one('["it", { "recipe": "grouped-docs-first", "epochs": [4, 5] }]'));
    assert.equal(
      edit(back, { kind: 'arrange', variant: 1, stage: 1, arrangement: 'shuffled' }),
      one('["it", { "recipe": "pit", "epochs": [4, 5] }]'),
    );
  });

  it('says which variants go when stages have to be written out', () => {
    const { note, dropped } = editExperiment(one('["it", "pit", "mix"]'), { kind: 'remove', variant: 1, stage: 1 });
    assert.deepEqual(dropped, ['it', 'mix']);
    assert.match(note!, /stages of pit now stand written out/);
  });

  it('applies a recipe in the place of stages, of one variant, of all', () => {
    const [head, tail] = [two.slice(0, two.indexOf('"stages"')), '\n}\n'];
    assert.equal(edit(two, { kind: 'apply recipe', recipe: 'mix' }), `${head}"recipes": ["mix"]${tail}`);
    const several = one('["it", { "recipe": "pit", "as": "mine", "epochs": [4, 5] }]');
    const changed = (fields: string, change: Change) => assert.equal(edit(several, change), one(fields));
    changed('["it", { "recipe": "pit-qa", "epochs": [4, 5] }]', { kind: 'apply recipe', recipe: 'pit-qa', variant: 1 });
    changed('["it", "mix"]', { kind: 'apply recipe', recipe: 'mix', variant: 1 });
    changed('["it", { "recipe": "it", "as": "it 2", "epochs": [4, 5] }]', {
      kind: 'apply recipe',
      recipe: 'it',
      variant: 1,
    });
    changed('["mix"]', { kind: 'apply recipe', recipe: 'mix' });
    changed('["it", { "recipe": "pit", "as": "mine", "epochs": [4, 5] }, "mix"]', {
      kind: 'add recipe',
      recipe: 'mix',
    });
    changed('["it"]', { kind: 'remove recipe', variant: 1 });
  });

  it('gives a first stage to what trained nothing', () => {
    const change: Change = { kind: 'add', variant: 0, stage: 0, entry: { parts: ['questions:train'] } };
    const text = edit(one('["closed-book"]'), change);
    assert.deepEqual(parse(text).stages, [{ parts: ['questions:train'] }]);
    assert.equal(parse(text).recipes, undefined);
  });

  for (const { key, phases } of recipes.filter((recipe) => recipe.phases.length > 0)) {
    it(`writes out ${key} so that it trains the same, with a copy of its last stage`, () => {
      const text = one(`[{ "recipe": "${key}", "rates": [${phases.map((_, phase) => (phase + 1) / 1000)}] }]`);
      const before = experimentOf(text);
      const stages = resolveStages(before, before.recipes![0]);
      const last = stages.length;
      const after = experimentOf(edit(text, { kind: 'duplicate', variant: 0, stage: last }));
      assert.deepEqual(resolveStages(after), [...stages, { ...stages[last - 1], number: last + 1 }]);
    });
  }
});

/** What a change of one stage is, as values: nothing of how it is written. */
function changed(change: StageChange): Partial<Stage> {
  switch (change.kind) {
    case 'epochs':
      return { epochs: change.epochs };
    case 'rate':
      return { rate: change.rate };
    case 'batch':
      return { batch: typeof change.batch === 'number' ? { examples: change.batch } : change.batch };
    case 'arrange':
      return { arrangement: change.arrangement };
    case 'first':
      return { first: change.first };
    default:
      return {};
  }
}

describe('any edit of a stage', () => {
  const change = fc.oneof(
    fc.record({ kind: fc.constant('epochs' as const), epochs: fc.integer({ min: 1, max: 99 }) }),
    fc.record({ kind: fc.constant('rate' as const), rate: fc.constantFrom(1e-5, 0.1, 3e-7) }),
    fc.record({ kind: fc.constant('batch' as const), batch: fc.constantFrom(3, { tokens: 128 }) }),
    fc.record({
      kind: fc.constant('first' as const),
      first: fc.constantFrom('questions' as const, 'documents' as const),
    }),
    fc.record({
      kind: fc.constant('arrange' as const),
      arrangement: fc.constantFrom('shuffled' as const, 'grouped' as const, 'interleaved' as const),
    }),
  );

  it('changes what it says and nothing else, and keeps all comments', () => {
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 6 }), fc.boolean(), (changes, windows) => {
        let text = windows ? two.replaceAll('\n', '\r\n') : two;
        const [before, other] = resolveStages(experimentOf(text));
        let expected = before;
        for (const one of changes) {
          text = edit(text, { ...one, variant: 0, stage: 1 });
          expected = { ...expected, ...changed(one) };
        }
        assert.deepEqual(resolveStages(experimentOf(text)), [expected, other]);
        assert.deepEqual(text.match(/\/\/.*?(?=\r?\n)/g), two.match(/\/\/.*?(?=\r?\n)/g));
        if (windows) assert.doesNotMatch(text, /[^\r]\n/);
      }),
    );
  });
});
