import assert from 'node:assert/strict';
import { readExperiment } from '../../../src/schedule/read-experiment';
import { findRecipe, recipes } from '../../../src/schedule/recipes';
import { resolveStages, variantsOf } from '../../../src/schedule/stages';
import { recipeTable } from '../../../src/schedule/recipe-table';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { experiment } from './world';

/**
 * The paper's settings (arXiv 2402.12847 v2), read off its figure and tables and written down apart from the table in
 * the source. Epochs: D documents 10, I instruction 1, P pit 3, Q pitQuestions 30 (so that it differs from pit).
 */
const paper: Record<string, { phases: string; epochs: number[]; small?: string; large?: string }> = {
  'zero-shot': { phases: '', epochs: [] },
  'closed-book': { phases: '', epochs: [], small: '9.5/10.0/21.2', large: '17.2/18.1/31.4' },
  'open-book': { phases: '', epochs: [], small: '72.2/75.4/91.5', large: '78.2/80.6/94.9' },
  cpt: { phases: 'test doc', epochs: [10], small: '27.6/31.6/43.8', large: '41.7/45.8/60.2' },
  it: { phases: 'train doc + test doc → train QA', epochs: [10, 1], small: '30.3/34.7/47.4', large: '46.4/50.9/64.1' },
  'it-no-forget': { phases: 'train doc + test doc → train QA + test doc', epochs: [10, 1], small: '30.2/34.1/46.4' },
  mix: { phases: 'train QA + train doc + test doc', epochs: [10], small: '39.4/44.6/56.7', large: '57.1/63.4/72.4' },
  'pit-qa': { phases: 'train QA → test doc', epochs: [3, 10], small: '28.6/32.7/45.2', large: '49.7/53.7/67.9' },
  'pit-qa-docs': {
    phases: 'train QA → train doc → test doc',
    epochs: [3, 3, 10],
    small: '32.5/37.2/49.0',
    large: '54.6/60.0/73.8',
  },
  pit: { phases: 'train QA + train doc → test doc', epochs: [3, 10], small: '45.4/51.2/63.2', large: '62.7/68.6/78.8' },
  pitpp: { phases: 'train QA → train QA + train doc → test doc', epochs: [30, 3, 10], small: '48.1/54.4/66.4' },
  pitmm: { phases: 'train QA + train doc → train QA → test doc', epochs: [3, 30, 10], small: '44.4/51.3/63.4' },
  'it-no-train-docs': { phases: 'test doc → train QA', epochs: [10, 1], small: '27.1/30.7/42.3' },
  adapted: { phases: 'train doc → test doc', epochs: [10, 10], small: '26.9/32.7/44.2' },
  weighted: { phases: 'test doc', epochs: [10], small: '27.7/32.7/43.3' },
  'grouped-qa-first': { phases: 'train QA + train doc → test doc', epochs: [3, 10], small: '38.2/43.2/56.3' },
  'grouped-docs-first': { phases: 'train QA + train doc → test doc', epochs: [3, 10], small: '27.2/31.1/42.1' },
  'interleaved-qa-first': { phases: 'train QA + train doc → test doc', epochs: [3, 10], small: '45.9/51.3/64.5' },
  'interleaved-docs-first': { phases: 'train QA + train doc → test doc', epochs: [3, 10], small: '43.2/49.1/61.6' },
  'pit-1': { phases: 'train QA + train doc → test doc', epochs: [1, 10], small: '33.3/39.1/50.3' },
  'pit-5': { phases: 'train QA + train doc → test doc', epochs: [5, 10], small: '45.8/52.1/63.6' },
  'pit-10': { phases: 'train QA + train doc → test doc', epochs: [10, 10], small: '46.5/52.3/61.9' },
};

/** Phases in which training questions are kept while documents are read, for every other recipe none. */
const kept: Record<string, number[]> = {
  cpt: [1],
  it: [1],
  'it-no-forget': [1],
  'it-no-train-docs': [1],
  adapted: [1, 2],
  weighted: [1],
};

const usual = experiment({ training: { epochs: { pitQuestions: 30 } } });
const result = (values?: readonly number[]) => values?.map((value) => value.toFixed(1)).join('/');

describe('the recipes', () => {
  it('are all the settings of the paper', () => {
    assert.deepEqual(recipes.map(({ key }) => key).sort(), Object.keys(paper).sort());
  });

  for (const { key, paper: reported } of recipes) {
    it(`${key} has the phases, epochs and results of the paper`, () => {
      const stages = resolveStages(usual, key);
      const expected = paper[key];
      assert.equal(stages.map(({ name }) => name).join(' → '), expected.phases);
      assert.deepEqual(
        stages.map(({ epochs }) => epochs),
        expected.epochs,
      );
      assert.equal(result(reported['7B']), expected.small);
      assert.equal(result(reported['70B']), expected.large);
      assert.deepEqual(
        stages.filter(({ keptQuestions }) => keptQuestions > 0).map(({ number }) => number),
        kept[key] ?? [],
      );
    });
  }

  it('use the rate of documents, of questions or of both', () => {
    assert.deepEqual(
      resolveStages(usual, 'pitpp').map(({ rate }) => rate),
      [5e-6, 3e-5, 3e-5],
    );
    const mixed = experiment({ training: { mixed: { rate: 1e-4, batch: 8 } } });
    assert.deepEqual(
      resolveStages(mixed, 'pitpp').map(({ rate, batch }) => [rate, batch]),
      [
        [5e-6, { examples: 256 }],
        [1e-4, { examples: 8 }],
        [3e-5, { examples: 256 }],
      ],
    );
  });

  it('keep questions in the last phase of PIT where that is asked for', () => {
    const asked = experiment({ training: { keepQuestionsInLastPhase: true, keptQuestions: 9 } });
    const keptIn = (key: string) => resolveStages(asked, key).map(({ keptQuestions }) => keptQuestions);
    assert.deepEqual(keptIn('pitpp'), [0, 0, 9]);
    assert.deepEqual(keptIn('pit-qa-docs'), [0, 0, 9]);
    assert.deepEqual(keptIn('it-no-forget'), [9, 0]);
    assert.deepEqual(keptIn('mix'), [0]);
  });

  it('arrange the phase before the new documents, and only that', () => {
    const arranged = (key: string) =>
      resolveStages(usual, key).map(({ arrangement, first }) => `${arrangement} ${first}`);
    assert.deepEqual(arranged('grouped-qa-first'), ['grouped questions', 'shuffled questions']);
    assert.deepEqual(arranged('grouped-docs-first'), ['grouped documents', 'shuffled questions']);
    assert.deepEqual(arranged('interleaved-qa-first'), ['interleaved questions', 'shuffled questions']);
    assert.deepEqual(arranged('interleaved-docs-first'), ['interleaved documents', 'shuffled questions']);
  });

  it('weigh answers only in weighted continued pre-training', () => {
    const weighing = recipes.filter(({ key }) =>
      resolveStages(usual, key).some(({ documentWeights: w }) => w.answer !== w.other),
    );
    assert.deepEqual(
      weighing.map(({ key }) => key),
      ['weighted'],
    );
    assert.deepEqual(resolveStages(usual, 'weighted')[0].documentWeights, { answer: 1, other: 0.5 });
  });

  it('take the splits that the experiment names', () => {
    const renamed = experiment({ splits: { train: 'seen', test: 'new' } });
    assert.deepEqual(
      resolveStages(renamed, 'pit').map(({ name }) => name),
      ['seen QA + seen doc', 'new doc'],
    );
  });

  it('are suggested for a misspelt name', () => {
    assert.throws(() => findRecipe('pit++'), {
      name: 'UserError',
      message: 'There is no recipe "pit++". Did you mean "pitpp"?',
    });
    assert.throws(() => findRecipe('something else'), /The recipes are zero-shot, closed-book, open-book, cpt/);
  });

  it('refuse names that would leave their folder', () => {
    for (const as of ['../up', 'a/b', 'a\\b', '..', '.hidden', 'c:', 'dot.', ''])
      assert.throws(() => experiment({ recipes: [{ recipe: 'pit', as }] }), /must not hold/, as);
    for (const as of ['⑦ (long)', 'pit, 20 epochs', 'PIT--', 'v1.2'])
      assert.doesNotThrow(() => experiment({ recipes: [{ recipe: 'pit', as }] }), as);
  });

  it('make variants under their own or a given name', () => {
    const compared = experiment({ recipes: ['it', { recipe: 'pit', as: 'PIT, longer', epochs: [20, 20] }] });
    assert.deepEqual(
      variantsOf(compared).map(({ name, recipe }) => [name, recipe?.key]),
      [
        ['it', 'it'],
        ['PIT, longer', 'pit'],
      ],
    );
    const stages = [{ parts: ['documents:base'] }];
    assert.deepEqual(variantsOf(experiment({ stages, name: 'base' })), [{ name: 'base' }]);
  });

  it('are all in the experiment that makes the table again, as far as the paper has a number for them', async () => {
    const file = join(__dirname, '../../../samples/paper/paper.pit.json');
    const { experiment: sample, problems } = await readExperiment(file);
    assert.deepEqual(problems, []);
    const reported = Object.keys(paper).filter((key) => paper[key].small !== undefined);
    assert.deepEqual([...(sample!.recipes as string[])].sort(), reported.sort());
    assert.deepEqual(sample!.seeds, [1, 2, 3]);
  });

  it('stand in the documentation as they are', () => {
    const text = readFileSync(join(__dirname, '../../../docs/experiments.md'), 'utf8');
    assert.ok(text.includes(recipeTable()), 'docs/experiments.md must hold the output of recipeTable()');
  });
});
