import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { experimentJsonSchema } from '../../../src/schedule/experiment';
import { nearest } from '../../../src/schedule/nearest';
import { parseExperiment, readExperiment } from '../../../src/schedule/read-experiment';

const root = join(__dirname, '../../..');
const fixture = (name: string) => join(root, 'test/fixtures/schedule', name);

/** `line:column field: message` of every problem. */
function problemsOf(text: string): string[] {
  const { problems, experiment } = parseExperiment(text, 'x.pit.json');
  assert.equal(experiment === undefined, problems.length > 0);
  return problems.map(({ line, column, field, message }) => `${line}:${column} ${field}: ${message}`);
}

/** An experiment that is right but for these fields. */
function withFields(fields: object): string {
  return JSON.stringify({ model: 'm', data: 'd', recipes: ['pit'], ...fields });
}

function messagesOf(fields: object): string[] {
  return parseExperiment(withFields(fields), 'x').problems.map(({ message }) => message);
}

describe('reading an experiment', () => {
  it('takes comments and trailing commas, and fills in every default', async () => {
    const { experiment, problems, text } = await readExperiment(fixture('complete.pit.json'));
    assert.deepEqual(problems, []);
    assert.ok(text.includes('// '));
    assert.equal(experiment?.training.documents.rate, 0.001);
    assert.equal(experiment?.training.questions.rate, 5e-6);
    assert.equal(experiment?.training.optimizer.beta2, 0.95);
    assert.equal(experiment?.evaluation.shots, 5);
    assert.deepEqual(experiment?.seeds, [1, 2]);
  });

  it('names line, column and field of everything that is wrong, all at once', async () => {
    const file = fixture('wrong.pit.json');
    const { experiment, problems } = await readExperiment(file);
    assert.equal(experiment, undefined);
    assert.deepEqual(
      problems.map(({ line, column, field, message }) => [line, column, field, message]),
      [
        [3, 23, 'model.preset', '"model.preset" must be a text.'],
        [3, 26, 'model.vocabularly', 'There is no field "vocabularly" here. Did you mean "vocabulary"?'],
        [4, 11, 'data', '"data" must be a text or an object or a list.'],
        [5, 22, 'recipes[1]', '"recipes[1]" must be a text or an object.'],
        [7, 12, 'training.row', '"training.row" must be a number or "auto".'],
        [8, 5, 'training.keptQuestion', 'There is no field "keptQuestion" here. Did you mean "keptQuestions"?'],
        [9, 15, 'training.warmup', '"training.warmup" must be at least 0.'],
        [10, 23, 'training.epochs.pit', '"training.epochs.pit" must be a whole number.'],
        [12, 12, 'seeds', '"seeds" must not be an empty list.'],
        [13, 13, 'engine', '"engine" must be "onnx" or "torch".'],
      ],
    );
    assert.ok(problems.every((problem) => problem.file === file && problem.severity === 'error'));
  });

  it('says that a field is missing where the object begins that should have it', () => {
    assert.deepEqual(problemsOf('\n  {"recipes": ["pit"], "data": "d"}'), ['2:3 model: "model" is missing.']);
  });

  it('points at broken JSON', () => {
    assert.deepEqual(problemsOf('{"model": "m"\n "data": "d"}'), ['2:2 undefined: This is not JSON: comma expected.']);
    assert.equal(problemsOf('').length, 1);
  });

  it('does not let a field stand twice', () => {
    assert.deepEqual(problemsOf('{"model": "m", "data": "d", "recipes": ["it"],\n "data": "e"}'), [
      '2:2 data: The field "data" stands here twice.',
    ]);
  });

  it('ignores a byte order mark and counts lines of every kind', () => {
    assert.deepEqual(problemsOf('\uFEFF{"model": "m",\r\n"data": 3,\r"recipes": ["pit"]}'), [
      '2:9 data: "data" must be a text or an object or a list.',
    ]);
  });

  it('throws one sentence for a file that is not there', async () => {
    await assert.rejects(readExperiment(fixture('none.pit.json')), {
      name: 'UserError',
      message: /there is no such file\.$/,
    });
  });

  it('never throws for what a file says', () => {
    const keys = fc.constantFrom('model', 'data', 'recipes', 'stages', 'training', 'parts', 'recipe', 'epochs', 'x');
    const { json } = fc.letrec((tie) => ({
      json: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom(null, true, -1, 0.5, 'pit', 'auto', ''),
        fc.array(tie('json'), { maxLength: 3 }),
        fc.dictionary(keys, tie('json'), { maxKeys: 4 }),
      ),
    }));
    fc.assert(
      fc.property(
        fc.oneof(
          json.map((value) => JSON.stringify(value)),
          fc.string(),
        ),
        (text) => void problemsOf(text),
      ),
    );
  });
});

describe('checks across fields', () => {
  it('accept what is right', () => {
    assert.deepEqual(messagesOf({ recipes: ['it', { recipe: 'pit', epochs: [5, 20], rates: [0.1, 0.2] }] }), []);
  });

  it('know the recipes', () => {
    assert.deepEqual(problemsOf('{"model": "m", "data": "d",\n "recipes": ["pitt", {"recipe": "adopted"}]}'), [
      '2:14 recipes[0]: There is no recipe "pitt". Did you mean "pit"?',
      '2:33 recipes[1].recipe: There is no recipe "adopted". Did you mean "adapted"?',
    ]);
  });

  it('want an entry for each phase', () => {
    assert.deepEqual(messagesOf({ recipes: [{ recipe: 'pitpp', epochs: [1, 2], rates: [1] }] }), [
      '"epochs" has 2 entries, but pitpp has 3 phases.',
      '"rates" has 1 entry, but pitpp has 3 phases.',
    ]);
  });

  it('want names that tell variants apart', () => {
    assert.deepEqual(messagesOf({ recipes: ['pit', { recipe: 'pit', epochs: [1, 1] }] }), [
      '"pit" is named twice: give one of them another name with "as".',
    ]);
    assert.deepEqual(messagesOf({ recipes: ['pit', { recipe: 'pit', as: 'short', epochs: [1, 1] }] }), []);
  });

  it('want recipes or stages, and not both', () => {
    const message = '"recipes" must be given, or else "stages", and not both.';
    assert.deepEqual(messagesOf({ recipes: undefined }), [message]);
    assert.deepEqual(messagesOf({ stages: [{ parts: ['documents:x'] }] }), [message]);
  });

  it('never let a stage train on questions of the test split', () => {
    const stages = [{ parts: ['documents:new', 'questions:new'] }];
    assert.deepEqual(problemsOf(withFields({ recipes: undefined, splits: { test: 'new' }, stages })).length, 1);
    assert.deepEqual(messagesOf({ recipes: undefined, splits: { test: 'new' }, stages }), [
      'Stage 1 trains on questions:new, the questions of the test split: a metric on training data is no result.',
    ]);
    assert.deepEqual(messagesOf({ splits: { train: 'a', test: 'a' } }), [
      '"splits.train" and "splits.test" are both "a": they must differ.',
    ]);
  });

  it('refuse settings that would do nothing', () => {
    const about = (stage: object) =>
      messagesOf({ recipes: undefined, stages: [{ parts: ['questions:train'], ...stage }] });
    assert.match(about({ arrangement: 'grouped' })[0], /needs both documents and questions/);
    assert.match(about({ arrangement: 'manual' })[0], /needs "order"/);
    assert.match(about({ order: ['a'] })[0], /only with the arrangement manual/);
    assert.match(about({ keptQuestions: 4 })[0], /only in a shuffled stage of documents/);
    assert.match(about({ documentWeights: { answer: 1, other: 0.5 } })[0], /only in a stage with documents/);
    assert.match(about({ parts: ['documents:a'], documentWeights: { answer: 0, other: 0 } })[0], /both 0/);
    assert.match(about({ parts: ['documents:a', 'documents:a'] })[0], /named twice/);
    assert.match(messagesOf({ seeds: [1, 1] })[0], /names a seed twice/);
    const training = { outOfMemory: 'halve' };
    assert.match(messagesOf({ engine: 'torch', training })[0], /"halve" needs the engine onnx/);
    assert.deepEqual(messagesOf({ device: 'cuda', training }), []);
  });

  it('keep rows and sequences within a micro-batch', () => {
    assert.match(messagesOf({ training: { row: 9000 } })[0], /"training.row" must be at most/);
    assert.match(messagesOf({ training: { sequence: 9000 } })[0], /"training.sequence" is longer/);
  });
});

describe('suggestions', () => {
  it('are near, or none', () => {
    assert.equal(nearest('warmpu', ['warmup', 'row']), 'warmup');
    assert.equal(nearest('elephant', ['warmup', 'row']), undefined);
  });
});

describe('the JSON schema', () => {
  it('in the repository is the one that the source makes', () => {
    const file = readFileSync(join(root, 'schemas/pit.schema.json'), 'utf8');
    assert.equal(file, JSON.stringify(experimentJsonSchema(), null, 2) + '\n', 'run: npm run schema');
  });
});

describe('the documentation', () => {
  const text = readFileSync(join(root, 'docs/experiments.md'), 'utf8');

  it('explains every setting of training, evaluation and torch', () => {
    const { experiment } = parseExperiment(withFields({}), 'x');
    for (const group of ['training', 'evaluation', 'torch'] as const) {
      for (const [setting, value] of Object.entries(experiment![group])) {
        const names = setting === 'epochs' ? Object.keys(value).map((kind) => `epochs.${kind}`) : [setting];
        for (const name of names) assert.ok(text.includes(`| \`${group}.${name}\` |`), `${group}.${name}`);
      }
    }
  });

  it('shows an experiment that is right', () => {
    const examples = [...text.matchAll(/```jsonc\n(.*?)```/gs)].map(([, example]) => example);
    assert.ok(examples.length > 0);
    for (const example of examples) assert.deepEqual(problemsOf(example), []);
  });
});
