/** How an answer developed: over stages, across runs, and as it is shown. */
import assert from 'node:assert/strict';
import { appendFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Prediction, RunEvent } from '../../../src/run/events';
import { runFiles, RunFolder } from '../../../src/run/folder';
import { Evaluations, readBook, standing } from '../../../src/vscode/results/evaluations';
import { acrossRuns, findPrediction, overStages } from '../../../src/vscode/results/history';
import { hoverMarkdown, plain } from '../../../src/vscode/results/hover-text';
import { identity, removePlaces, temporaryPlace, temporaryRun } from '../run/folders';
import { prediction, question } from './results.sample';

const where = question('d?1', 'Where?');
const at = { time: '2024-05-26T10:00:00.000Z', seconds: 1 };

function evaluated(
  folder: RunFolder,
  stage: number,
  extent: 'full' | 'subset',
  answers: Prediction[],
  split = 'test',
): void {
  const name = `stage-${stage}-step-${stage}-${split}-${extent}`;
  const predictions = folder.writePredictions(name, answers);
  const step = extent === 'full' ? 20 : 10;
  folder.appendEvent({ type: 'evaluated', ...at, stage, epoch: stage + 1, step, extent, split, predictions });
}

function started(folder: RunFolder, stage: number, name: string): void {
  const event: RunEvent = { type: 'stage-started', time: at.time, stage, name, epochs: 1, steps: 20 };
  folder.appendEvent(event);
}

async function readRun(folder: RunFolder): Promise<Evaluations> {
  const evaluations = new Evaluations(folder);
  await evaluations.refresh();
  return evaluations;
}

function twoStages(seed = 1, last = 'Rome'): RunFolder {
  const folder = temporaryRun({ seed, title: 'PIT' });
  started(folder, 1, 'train QA');
  evaluated(folder, 1, 'subset', [prediction('d?1', 'Where?', 'Oslo')]);
  evaluated(folder, 1, 'full', [prediction('d?1', 'Where?', 'Paris'), prediction('d?2', 'When?', 'Rome')]);
  started(folder, 2, 'test doc');
  evaluated(folder, 2, 'full', [prediction('d?1', 'Where?', last), prediction('d?2', 'When?', 'never')]);
  return folder;
}

describe('the evaluations of a run', () => {
  afterEach(removePlaces);

  it('give each split its newest answers, those to all questions first', async () => {
    const folder = twoStages();
    evaluated(folder, 2, 'subset', [prediction('d?1', 'Where?', 'Oslo')]);
    evaluated(folder, 2, 'full', [prediction('t?1', 'Who?', 'Ann')], 'train');
    const { all } = await readRun(folder);
    const book = await readBook(folder, standing(all));
    assert.equal(book.same(where)?.prediction, 'Rome');
    assert.equal(book.size, 3);
  });

  it('can be looked at as they stood at a checkpoint', async () => {
    const folder = twoStages();
    const { all } = await readRun(folder);
    const as = async (stage: number, step: number) =>
      (await readBook(folder, standing(all, { stage, step }))).same(where)?.prediction;
    assert.equal(await as(1, 10), 'Oslo');
    assert.equal(await as(1, 20), 'Paris');
    assert.equal(await as(2, 5), 'Paris');
  });

  it('are read on as the run goes on', async () => {
    const folder = twoStages();
    const evaluations = await readRun(folder);
    assert.equal(evaluations.all.length, 3);
    evaluated(folder, 3, 'full', [prediction('d?1', 'Where?', 'Bern')]);
    await evaluations.refresh();
    assert.deepEqual(
      evaluations.all.map(({ stage }) => stage),
      [1, 1, 2, 3],
    );
    assert.equal(evaluations.stageName(2), 'test doc');
    assert.equal(evaluations.stageName(0), 'before training');
  });
});

describe('the history of an answer', () => {
  afterEach(removePlaces);

  it('runs over the stages of its run', async () => {
    const folder = twoStages();
    const evaluations = await readRun(folder);
    const rows = await overStages(folder, evaluations.all, where, (stage) => evaluations.stageName(stage));
    assert.deepEqual(
      rows.map(({ label, answer, exactMatch }) => `${label}: ${answer} ${exactMatch}`),
      [
        'stage 1, epoch 2 · train QA: Oslo false',
        'stage 1, epoch 2 · train QA: Paris false',
        'stage 2, epoch 3 · test doc: Rome true',
      ],
    );
  });

  it('runs across the ends of runs that were asked the question', async () => {
    const other = temporaryRun({ seed: 9 });
    evaluated(other, 1, 'full', [prediction('e?1', 'Where?', 'Rome')]);
    const rows = await acrossRuns([twoStages(1), twoStages(2, 'Bern'), other], where);
    assert.deepEqual(
      rows.map(({ label, answer }) => `${label}: ${answer}`),
      ['PIT, seed 1: Rome', 'PIT, seed 2: Bern'],
    );
  });

  it('tells runs of one name apart by where they lie', async () => {
    const place = temporaryPlace();
    const at = (...names: string[]) => {
      const folder = RunFolder.create(join(place, ...names, 'pit-seed1'), { ...identity, title: 'PIT' });
      evaluated(folder, 1, 'full', [prediction('d?1', 'Where?', 'Rome')]);
      return folder;
    };
    const folders = [at('runs', 'demo'), at('runs', 'demo-2'), at('other', 'runs', 'demo-2'), twoStages(2)];
    assert.deepEqual(
      (await acrossRuns(folders, where)).map(({ label }) => label),
      [
        'PIT, seed 1 · demo',
        `PIT, seed 1 · ${join(basename(place), 'runs', 'demo-2')}`,
        `PIT, seed 1 · ${join('other', 'runs', 'demo-2')}`,
        'PIT, seed 2',
      ],
    );
  });

  it('is found in a file of many megabytes, and in none that is gone', async () => {
    const folder = temporaryRun();
    const filler = JSON.stringify(prediction('x?1', 'Who?', 'y'.repeat(1000)));
    const file = folder.file('predictions', 'large.jsonl');
    for (let i = 0; i < 30; i++) appendFileSync(file, `${filler}\n`.repeat(100));
    appendFileSync(file, `${JSON.stringify(prediction('d?1', 'Where "is" it?\n', 'Rom'))}\n`);
    const asked = { documentId: 'd', question: 'Where "is" it?\n' };
    assert.equal((await findPrediction(file, asked))?.prediction, 'Rom');
    assert.equal(await findPrediction(folder.file(runFiles.events, 'gone'), asked), undefined);
  });
});

describe('the hover over a question', () => {
  const rows = [
    { label: 'stage 1', answer: 'Paris', exactMatch: false },
    { label: 'stage 2', answer: 'Rome', exactMatch: true },
  ];

  it('tells the answer, the stages and the other runs', () => {
    const found = { prediction: prediction('d?1', 'Where?', 'Paris') };
    assert.equal(
      hoverMarkdown({ found, source: 'PIT, seed 1', stages: rows, runs: [{ ...rows[1], label: 'IT' }] }),
      [
        '✗ **Paris** instead of **Rome**  \nPIT, seed 1\n',
        '| Over its stages | | |\n|:--|:-:|:--|\n| stage 1 | ✗ | Paris |\n| stage 2 | ✓ | Rome |\n',
        '| Other runs | | |\n|:--|:-:|:--|\n| IT | ✓ | Rome |',
      ].join('\n'),
    );
  });

  it('says what has changed since', () => {
    const found = { prediction: prediction('d?1', 'Where?', 'Rome'), stale: 'answers' as const };
    assert.match(hoverMarkdown({ found, source: 'x', stages: [], runs: [] })!, /Stale: the answers have changed/);
  });

  it('is silent where nothing is known', () => {
    assert.equal(hoverMarkdown({ source: 'PIT', stages: [], runs: [] }), undefined);
  });

  it('lets no answer become markup', () => {
    assert.equal(plain('a|b\n<img src=x> [l](u) `c`'), 'a\\|b \\<img src=x\\> \\[l\\]\\(u\\) \\`c\\`');
  });
});
