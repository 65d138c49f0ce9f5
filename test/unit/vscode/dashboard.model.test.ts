/** A run read bit by bit says the same as its summary, and begins again where it was cut back. */
import assert from 'node:assert/strict';
import { splitsOf, summarizeRun } from '../../../src/run/summary';
import { RunReader } from '../../../src/vscode/dashboard/reader';
import { RunModel } from '../../../src/vscode/dashboard/run-model';
import type { LiveRun } from '../../../src/vscode/lab';
import { removePlaces } from '../run/folders';
import { finish, sampleRun, type SampleStage } from '../run/samples';

const stages: SampleStage[] = [
  { name: 'pairs', losses: [4, 3, 2], kind: 'questionLoss', perplexity: 20, right: 2, train: 0.8 },
  { name: 'documents', losses: [3, 1], kind: 'documentLoss', perplexity: 2, right: 6, train: 0.5 },
];

describe('the dashboard’s model of a run', () => {
  afterEach(removePlaces);

  it('has the numbers of the summary, however small the portions', () => {
    const folder = finish(sampleRun({}, stages));
    const summary = summarizeRun(folder);
    const model = new RunModel(splitsOf(folder));
    for (const event of folder.readEvents().events) model.take({ events: [event], restarted: false });
    const told = model.told();
    const numbersOf = (stage: object) => {
      const { number, name, steps, test, train, perplexity } = stage as (typeof summary.stages)[0];
      return { number, name, steps, test, train, perplexity };
    };
    assert.deepEqual(told.stages.map(numbersOf), summary.stages.map(numbersOf));
    assert.deepEqual(
      told.stages.map(({ start, taken }) => [start, taken]),
      [
        [0, 3],
        [3, 2],
      ],
    );
    assert.deepEqual([told.tokens, told.problems], [summary.tokens, summary.problems]);
    assert.equal(told.device?.reason, 'no GPU asked for');
    assert.equal(told.tokensPerSecond, 180);
    assert.deepEqual([...model.curve.buckets(1).loss.mean], [4, 3, 2, 3, 1]);
    assert.deepEqual(
      told.evaluations.map(({ x, extent, split }) => [x, extent, split]),
      [
        [3, 'subset', 'test'],
        [3, 'full', 'test'],
        [3, 'full', 'train'],
        [5, 'subset', 'test'],
        [5, 'full', 'test'],
        [5, 'full', 'train'],
      ],
    );
  });

  it('tells of halved batches as of what went wrong', async () => {
    const folder = sampleRun({}, stages.slice(0, 1));
    const at = { time: '2024-05-26T10:00:00.000Z', stage: 1, epoch: 1, step: 3 };
    folder.appendEvent({ type: 'halved', ...at, places: 64, message: 'Memory ran out; at most 64 places.' });
    const reader = new RunReader(folder);
    await reader.read(() => undefined);
    assert.deepEqual(reader.facts({ folder, state: 'running' }).problems, ['Memory ran out; at most 64 places.']);
  });

  it('forgets what was cut away', async () => {
    const folder = sampleRun({}, stages.slice(0, 1));
    const kept = folder.offsets();
    const reader = new RunReader(folder);
    folder.appendEvent({ type: 'evaluation-failed', time: '2024-05-26T10:00:00.000Z', message: 'out of memory' });
    await reader.read(() => undefined);
    const run: LiveRun = { folder, state: 'running' };
    assert.deepEqual(reader.facts(run).problems, ['An evaluation failed: out of memory']);
    folder.truncate(kept);
    folder.appendEvent({ type: 'stopped', time: '2024-05-26T10:00:01.000Z', reason: 'asked to' });
    await reader.read(() => undefined);
    assert.deepEqual(reader.facts(run).problems, []);
    assert.equal(reader.model.restarts, 1);
    assert.equal(reader.model.curve.length, 3);
  });

  it('tells who it is and why it stands still', async () => {
    const folder = sampleRun({ title: '⑦ Pre-instruction-tuning', seed: 4 }, stages);
    const reader = new RunReader(folder);
    let portions = 0;
    await reader.read(() => portions++);
    const facts = reader.facts({ folder, state: 'failed', reason: 'The disk is full' });
    assert.deepEqual(
      [facts.title, facts.seed, facts.state, facts.reason, facts.splits],
      ['⑦ Pre-instruction-tuning', 4, 'failed', 'The disk is full', { train: 'train', test: 'test' }],
    );
    assert.equal(portions, 1);
  });
});
