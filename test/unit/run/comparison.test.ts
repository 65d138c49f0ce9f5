import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { compareRuns } from '../../../src/run/comparison';
import type { RunIdentity } from '../../../src/run/folder';
import { summarizeRun } from '../../../src/run/summary';
import { removePlaces } from './folders';
import { finish, sampleRun, type SampleStage } from './samples';

const stage = (right: number, perplexity: number, train: number): SampleStage => ({
  name: 'test documents',
  losses: [2, 1],
  kind: 'documentLoss',
  perplexity,
  right,
  train,
});

const run = (identity: Partial<RunIdentity>, right: number, perplexity = 2, train = 0.5, seconds = 100) =>
  finish(sampleRun(identity, [stage(right, perplexity, train)]), seconds);

describe('comparison of runs', () => {
  afterEach(removePlaces);

  it('takes one seed as it was evaluated and several over seeds and questions', () => {
    const folders = [run({ seed: 1 }, 2, 1.5, 0.2, 50), run({ recipe: 'mix' }, 3), run({ seed: 2 }, 6, 6, 0.6, 70)];
    const paper = { pit: { em: 45.4, recall: 51.2, rougeL: 63.2 } };
    const { rows, notes } = compareRuns(folders.map(summarizeRun), { paper });
    assert.deepEqual(
      rows.map(({ recipe, seeds }) => [recipe, seeds]),
      [
        ['pit', [1, 2]],
        ['mix', [1]],
      ],
    );
    const [pit, mix] = rows;
    assert.equal(pit.answers.exactMatch.value, 0.4);
    assert.ok(pit.answers.exactMatch.low < 0.2 && pit.answers.exactMatch.high > 0.6);
    assert.deepEqual([pit.paper, mix.paper], [paper.pit, undefined]);
    assert.ok(Math.abs(pit.perplexity! - 3) < 1e-12);
    assert.deepEqual([pit.trainExactMatch, pit.seconds], [0.4, 60]);
    assert.deepEqual(mix.answers.exactMatch, { value: 0.3, low: 0.3 - 0.1, high: 0.3 + 0.1 });
    assert.deepEqual(notes, []);
  });

  it('leaves out runs without a result and says so', () => {
    const open = sampleRun({ recipe: 'mix', title: '④ mix' }, [stage(1, 2, 1)]);
    const { rows, notes } = compareRuns([run({}, 2), open].map(summarizeRun));
    assert.equal(rows.length, 1);
    assert.deepEqual(notes, ['④ mix, seed 1 is left out: it is running and has no final test result.']);
  });

  it('lets the newest of two runs with one recipe and seed count', () => {
    const older = run({ created: '2024-01-01T00:00:00.000Z' }, 1);
    const newer = run({ created: '2024-02-01T00:00:00.000Z' }, 7);
    const { rows, notes } = compareRuns([newer, older].map(summarizeRun));
    assert.deepEqual([rows.length, rows[0].answers.exactMatch.value], [1, 0.7]);
    assert.match(notes[0], /is left out: a newer run/);
  });

  it('never puts two models or datasets into one row', () => {
    const folders = [run({}, 1), run({ seed: 2, dataHash: 'other' }, 2), run({ seed: 3, model: 'micro' }, 3)];
    const { rows, notes, provenance } = compareRuns(folders.map(summarizeRun));
    assert.equal(rows.length, 3);
    assert.match(notes[0], /do not share one dataset/);
    assert.deepEqual(
      [provenance.model, provenance.data],
      [
        ['nano', 'micro'],
        ['c0ffee', 'other'],
      ],
    );
  });

  it('never puts two models of one name into one row, and says so', () => {
    const folders = [
      run({ modelHash: 'a' }, 1),
      run({ seed: 2, modelHash: 'b' }, 2),
      run({ seed: 3, modelHash: 'b' }, 3),
    ];
    const { rows, notes, provenance } = compareRuns(folders.map(summarizeRun));
    assert.deepEqual(
      [rows.map(({ seeds }) => seeds), provenance.modelHash],
      [
        [[1], [2, 3]],
        ['a', 'b'],
      ],
    );
    assert.deepEqual(notes, ['nano was not the same model in all runs: it stands in rows of its own.']);
  });

  it('refuses seeds that answered different questions, or whose answers are gone', () => {
    const [first, second] = [run({ seed: 1 }, 1), run({ seed: 2 }, 2)];
    const summaries = [first, second].map(summarizeRun);
    second.writePredictions('test-1', second.readPredictions('predictions/test-1.jsonl').slice(1));
    assert.throws(() => compareRuns(summaries), /^UserError: .*answered different questions/);
    rmSync(second.file('predictions/test-1.jsonl'));
    assert.throws(() => compareRuns(summaries), /^UserError: .*test-1\.jsonl does not exist/);
  });
});
