/** How runs are called and described. */
import assert from 'node:assert/strict';
import { dirname, join } from 'node:path';
import type { LiveRun } from '../../../src/vscode/lab';
import type { RunDigest, StageDigest } from '../../../src/vscode/runs/jobs';
import {
  describeGroup,
  describeRun,
  describeStage,
  doneOf,
  groupsOf,
  runFacts,
  statusLine,
} from '../../../src/vscode/runs/labels';
import { RunFolder } from '../../../src/run/folder';
import { identity, removePlaces, temporaryPlace, temporaryRun } from '../run/folders';

const title = '⑦ Pre-instruction-tuning';
const about = (value: number) => ({ value, low: value - 0.1, high: value + 0.1 });
const answers = { count: 10, exactMatch: about(0.5), recall: about(0.6), rougeL: about(0.7) };

const live = (state: LiveRun['state'], rest: Partial<LiveRun> = {}): LiveRun => ({
  folder: temporaryRun({ title }),
  state,
  ...rest,
});
const training = (done: number, secondsLeft?: number) =>
  live('running', { progress: { done, secondsLeft, stage: { number: 2, name: 'documents', steps: 80, step: 14 } } });

describe('labels of runs', () => {
  afterEach(removePlaces);

  it('gives a finished run its result with the interval', () => {
    const digest = { result: answers } as RunDigest;
    assert.equal(describeRun(live('finished'), digest), 'EM 50.0 [40.0, 60.0]');
    assert.equal(describeRun(live('finished')), 'finished');
  });

  it('gives a run at work how far it is, and every other its state', () => {
    assert.equal(describeRun(training(0.349, 125)), '34 % · 2 min 5 s left');
    assert.equal(describeRun(training(0.9999)), '99 %');
    assert.equal(describeRun(live('running')), 'starting');
    assert.equal(describeRun(live('interrupted')), 'interrupted');
    assert.equal(describeRun(live('interrupted', { reason: 'It has not begun.' })), 'not begun');
  });

  it('tells why a run died, and where it lies', () => {
    const run = live('interrupted', { reason: 'Its process was killed.' });
    const facts = runFacts(run);
    assert.equal(facts[0], 'interrupted: Its process was killed.');
    assert.equal(facts.at(-1), run.folder.path);
  });

  it('says of a long evaluation how many questions have their answer', () => {
    const evaluating = { done: 120, of: 500, split: 'test', what: 'answers' as const };
    const run = live('running', { progress: { done: 0.24, secondsLeft: 60, evaluating } });
    assert.ok(runFacts(run).includes('120 of 500 test questions answered'));
    assert.equal(statusLine([run], 0), '⑦ pit · 24 % · 1 min 0 s left');
  });

  it('sums up in the status bar', () => {
    assert.equal(statusLine([training(0.5, 60)], 0), `⑦ pit · stage 2 · 50 % · 1 min 0 s left`);
    assert.equal(statusLine([training(0.5), training(0.1)], 3), `⑦ pit (+4) · stage 2 · 50 %`);
    assert.equal(statusLine([], 2), '2 runs waiting');
  });

  it('gives a stage its numbers, or how far it is', () => {
    const stage: StageDigest = { number: 1, name: 'both', epochs: 2, steps: 20, taken: 5, loss: 1.5 };
    assert.equal(describeStage(stage), 'step 5 of 20 · loss 1.500');
    assert.equal(
      describeStage({ ...stage, taken: 20, test: answers, perplexity: 12.34 }),
      'EM 50.0 [40.0, 60.0] · perplexity 12.3',
    );
  });

  it('weighs runs of a queue alike', () => {
    assert.equal(doneOf([live('finished'), training(0.5), live('waiting'), live('failed')]), 2.5 / 4);
    assert.equal(doneOf([]), 0);
  });
});

describe('groups of runs', () => {
  afterEach(removePlaces);

  const at = (out: string, name: string, seed: number, created: string): LiveRun => {
    const folder = RunFolder.create(join(out, `${name}-${seed}`), { ...identity, seed, created });
    return { folder, state: 'finished' };
  };

  it('are output folders, each ordered by seed and then by the order of the experiment', () => {
    const place = temporaryPlace();
    const [trial, other] = [join(place, 'trial'), join(place, 'trial-2')];
    const newestFirst = [
      at(other, 'pit', 1, '5'),
      at(trial, 'pit', 2, '4'),
      at(trial, 'mix', 1, '2'),
      at(trial, 'it', 1, '1'),
    ];
    const [second, first] = groupsOf(newestFirst);
    assert.deepEqual([dirname(second.runs[0].folder.path), first.out], [other, trial]);
    assert.deepEqual(
      first.runs.map(({ folder }) => folder.path.slice(trial.length + 1)),
      ['it-1', 'mix-1', 'pit-2'],
    );
    assert.equal(describeGroup(first), '3 finished');
    assert.equal(
      describeGroup({ ...second, runs: [{ ...second.runs[0], state: 'stopped' }] }),
      'trial-2 · 0 of 1 finished',
    );
  });
});
