import assert from 'node:assert/strict';
import { applyEdits } from '../../../src/dataset/edit/text';
import { compileSchedule } from '../../../src/schedule/compile';
import { parseExperiment } from '../../../src/schedule/read-experiment';
import { Compiler } from '../../../src/vscode/schedule/compiler';
import type { EpochAt, Wish } from '../../../src/vscode/schedule/protocol';
import { type Sheet, spansOf } from '../../../src/vscode/schedule/sheet';
import { world } from '../schedule/world';
import { WordTokenizer } from '../schedule/words';

const dataset = world();
const file = '/work/x.pit.json';

function text(fields: object): string {
  return JSON.stringify({ model: { preset: 'nano', vocabulary: 300 }, data: 'data', seeds: [3], ...fields }, null, 2);
}

const batches = { documents: { batch: 3, rate: 0.01 }, questions: { batch: 3 }, mixed: { batch: 3 } };
const epochs = { documents: 2, pit: 2, pitQuestions: 1, instruction: 1 };
const small = { training: { ...batches, epochs } };

function opened(fields: object): Compiler {
  const compiler = new Compiler();
  compiler.open(text({ ...small, ...fields }), file);
  compiler.addData({ documents: dataset.documents.slice(0, 3), questions: [], first: true });
  compiler.addData({ documents: dataset.documents.slice(3), questions: dataset.questions, first: false });
  return compiler;
}

/** The ids of each step, from the compiler that a run uses. */
function realised(fields: object, at: EpochAt): string[][] {
  const { experiment } = parseExperiment(text({ ...small, ...fields }), file);
  const recipe = experiment!.recipes?.[at.variant];
  const schedule = compileSchedule({
    experiment: experiment!,
    recipe,
    dataset,
    tokenizer: new WordTokenizer(),
    seed: at.seed,
  });
  const plan = schedule.plan(schedule.stages[at.stage - 1], at.epoch);
  return plan.map((step) => step.map((index) => schedule.examples[index].id));
}

const idsOf = (compiler: Compiler, at: EpochAt) => compiler.rows(at, 0, Infinity).map(({ id }) => id);

describe('the compiler behind the Schedule view', () => {
  it('opens an experiment and says what is wrong with one', () => {
    const compiler = new Compiler();
    const { variants, sources, seeds, name } = compiler.open(
      text({ recipes: ['cpt', { recipe: 'pit', as: 'mine' }] }),
      file,
    );
    assert.deepEqual(
      variants.map((variant) => [variant.name, variant.symbol, variant.stages]),
      [
        ['cpt', '①', 1],
        ['mine', '⑦', 2],
      ],
    );
    assert.deepEqual([sources, seeds, name], [[{ path: '/work/data' }], [3], 'x']);
    const broken = compiler.open('{', file);
    assert.deepEqual([broken.variants, broken.problems.length > 0], [[], true]);
  });

  it('names what the data cannot fill, at its place in the file', () => {
    const stages = [{ parts: ['documents:test'], arrangement: 'manual', order: ['n1', 'nobody'] }];
    const [{ field, line, message, ...rest }, ...more] = opened({ stages }).faults();
    const lines = text({ ...small, stages }).split('\n');
    assert.deepEqual([field, lines[line - 1].trim(), rest.file], ['stages[0].order[1]', '"nobody"', file]);
    assert.match(message, /^The order of stage 1 names "nobody", which none of its parts holds\.$/);
    assert.deepEqual(more, []);
    assert.deepEqual(opened({ recipes: ['pit', 'it'] }).faults(), []);
  });

  for (const recipe of ['pit', 'grouped-docs-first', 'interleaved-qa-first', 'it']) {
    it(`gives the rows of ${recipe} in the order of a run`, async () => {
      const compiler = opened({ recipes: ['mix', recipe] });
      for (const [stage, epoch] of [
        [1, 1],
        [2, 1],
      ]) {
        const at = { variant: 1, seed: 3, stage, epoch };
        const expected = realised({ recipes: ['mix', recipe] }, at);
        assert.deepEqual(idsOf(compiler, at), expected.flat());
        assert.deepEqual(
          await compiler.steps(at),
          expected.map((step) => step.length),
        );
      }
    });
  }

  it('counts what a stage holds', () => {
    const stages = {
      stages: [{ parts: ['documents:train', 'questions:train'], arrangement: 'manual', order: ['t1', 't0?1'] }],
    };
    const [stage] = opened(stages).stages({ variant: 0, seed: 3 });
    assert.deepEqual([stage.documents, stage.questions, stage.leftOut, stage.passes], [1, 1, 10, 2]);
    const [read] = opened({ recipes: ['cpt'], training: { ...small.training, keptQuestions: 2 } }).stages({
      variant: 0,
      seed: 3,
    });
    assert.deepEqual([read.documents, read.questions, read.leftOut, read.keptQuestions], [3, 2, 0, 2]);
  });

  const edited = (compiler: Compiler, before: string, wish: Wish) =>
    parseExperiment(applyEdits(before, compiler.edit(wish).edits), file).experiment!;

  it('keeps the rest of the order when examples are moved', () => {
    const at = { variant: 0, seed: 3, stage: 1, epoch: 2 };
    const compiler = opened({ recipes: ['pit'] });
    const order = idsOf(compiler, at);
    const { stages } = edited(compiler, text({ ...small, recipes: ['pit'] }), {
      kind: 'move examples',
      places: [5, 2],
      before: 0,
      ...at,
    });
    const rest = order.filter((_, place) => place !== 5 && place !== 2);
    assert.deepEqual(stages![0].order, [order[2], order[5], ...rest]);
    assert.deepEqual([stages![0].arrangement, stages![0].epochs], ['manual', 2]);
  });

  it('keeps every repeat of a grouped pass, seen once', () => {
    const at = { variant: 0, seed: 3, stage: 1, epoch: 1 };
    const compiler = opened({ recipes: ['grouped-qa-first'] });
    const order = idsOf(compiler, at);
    assert.equal(order.length, 24);
    const { stages } = edited(compiler, text({ ...small, recipes: ['grouped-qa-first'] }), {
      kind: 'keep order',
      ...at,
    });
    assert.deepEqual([stages![0].order, stages![0].epochs], [order, 1]);
  });

  it('takes in examples of other parts, and no test question', () => {
    const at = { variant: 0, seed: 3, stage: 2, epoch: 1 };
    const compiler = opened({ recipes: ['pit'] });
    const order = idsOf(compiler, at);
    const put = { kind: 'put examples' as const, ids: ['t0?1', order[2]], before: 1, ...at };
    const { stages } = edited(compiler, text({ ...small, recipes: ['pit'] }), put);
    assert.deepEqual(stages![1].order, [order[0], 't0?1', order[2], order[1]]);
    assert.deepEqual(stages![1].parts, ['documents:test', 'questions:train']);
    assert.deepEqual([stages![1].epochs, stages![1].rate], [2, 0.01]);
    assert.throws(() => compiler.edit({ ...put, ids: ['n0?1'] }), /never trained on/);
  });

  it('finds the example at a line', () => {
    const compiler = opened({ recipes: ['pit'] });
    assert.equal(compiler.exampleAt('train/doc.jsonl', 2), 't1');
    assert.equal(compiler.exampleAt('train/doc.jsonl', 99), 't3');
    assert.equal(compiler.exampleAt('elsewhere', 1), undefined);
  });
});

/** The tokens of a sheet with the words that their lines begin with. */
function read(sheet: Sheet): { label: string; text: string; weight: number }[] {
  const lines = sheet.text.split('\n');
  let label = '';
  return spansOf(sheet).map(({ line, start, end, weight }) => {
    label = lines[line].slice(0, 18).trim() || label;
    return { label, text: lines[line].slice(start, end), weight };
  });
}

describe('what the model sees', () => {
  const at = { variant: 0, seed: 3 };

  it('of a question: only the answer and its end count', async () => {
    const sheet = await opened({ recipes: ['pit'] }).seeExample(at, 't0?1');
    const tokens = read(sheet);
    const said = (label: string) =>
      tokens
        .filter((token) => token.label === label)
        .map((token) => token.text)
        .join('');
    assert.match(said('only read'), /Question:·Which·town·0·has·t0\?·Answer:$/);
    assert.match(said('weight 1'), /^·town·t0<eos>$/);
    assert.match(sheet.text, /Stage 1, train QA \+ train doc: seen 2 times\./);
  });

  it('of a document that is cut: the rest, which it does not see', async () => {
    const fields = { recipes: ['mix'], training: { ...small.training, sequence: 40 } };
    const compiler = opened(fields);
    const long = { ...dataset.documents[0], id: 'long', text: `${'very '.repeat(60)}long` };
    compiler.addData({ documents: [long], questions: [], first: false });
    compiler.open(text({ ...small, ...fields }), file);
    const tokens = read(await compiler.seeExample(at, 'long'));
    const cut = tokens.filter(({ label }) => label === 'cut off');
    assert.equal(tokens.length - cut.length, 40);
    assert.ok(cut.length > 0);
    assert.match(tokens.map((token) => token.text).join(''), /^<bos>(very·){60}long$/);
  });

  it('of a test question: how it is asked', async () => {
    const sheet = await opened({ recipes: ['pit'] }).seeExample(at, 'n0?1');
    assert.match(sheet.text, /No stage trains on it\. It is asked so, zero-shot/);
    assert.ok(read(sheet).every(({ label }) => label === 'only read'));
  });

  it('of a step: every example of it whole, weights that add up to 1', async () => {
    const compiler = opened({ recipes: ['pit'] });
    const sheet = await compiler.seeStep({ ...at, stage: 1, epoch: 1 }, 2);
    const expected = realised({ recipes: ['pit'] }, { ...at, stage: 1, epoch: 1 })[1];
    const named = sheet.headings.filter(({ level }) => level === 2).map(({ title }) => title.split(' ')[1]);
    assert.deepEqual([...named].sort(), [...expected].sort());
    const sum = sheet.weights.reduce((total, weight) => total + weight, 0);
    assert.ok(Math.abs(sum - 1) < 1e-5, String(sum));
  });

  it('with other weights inside answers', async () => {
    const sheet = await opened({ recipes: ['weighted'] }).seeExample(at, 'n0');
    const half = read(sheet).filter(({ label }) => label === 'weight 0.5');
    const full = read(sheet).filter(({ label }) => label === 'weight 1');
    assert.equal(full.map((token) => token.text).join(''), '·town·n0');
    assert.ok(half.length > full.length);
  });

  it('refuses an id that the dataset does not have', async () => {
    await assert.rejects(
      () => opened({ recipes: ['pit'] }).seeExample(at, 'nobody'),
      /no document or question "nobody"/,
    );
  });
});
