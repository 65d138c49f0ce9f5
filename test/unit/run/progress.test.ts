/** How far a run is, told by its events alone. */
import assert from 'node:assert/strict';
import type { RunEvent } from '../../../src/run/events';
import { evaluatingWords, RunProgress } from '../../../src/run/progress';
import { stepEvent } from './step';

const time = (seconds: number) => new Date(Date.UTC(2024, 4, 26, 10, 0, seconds)).toISOString();
const started = (at: number, resumed = false): RunEvent => ({
  type: 'started',
  time: time(at),
  pid: 1,
  host: 'x',
  resumed,
});
const stage = (at: number, number: number, steps: number): RunEvent => ({
  type: 'stage-started',
  time: time(at),
  stage: number,
  name: `stage ${number}`,
  epochs: 1,
  steps,
});
const step = (at: number, stage: number, position: number) => stepEvent(position, { time: time(at), stage });

/** Two stages: 400 characters in 4 steps, 600 in 2. */
const begun = [started(0), stage(10, 1, 4), step(20, 1, 1), step(30, 1, 2)];
const work = [400, 600];

function progressOf(...news: { events: RunEvent[]; restarted?: boolean }[]): RunProgress {
  const progress = new RunProgress(work);
  for (const { events, restarted = false } of news) progress.take({ events, restarted });
  return progress;
}

describe('progress of a run', () => {
  it('knows nothing before the first step', () => {
    const { done, total, secondsLeft } = progressOf({ events: begun.slice(0, 2) });
    assert.deepEqual([done, total, secondsLeft], [0, 1000, undefined]);
  });

  it('counts characters and extrapolates from them', () => {
    const { done, secondsLeft } = progressOf({ events: begun });
    assert.equal(done, 200);
    assert.equal(secondsLeft, (30 / 200) * 800);
  });

  it('counts the stages before, and ends with all of it', () => {
    const second = [...begun, stage(60, 2, 2), step(70, 2, 1)];
    assert.equal(progressOf({ events: second }).done, 700);
    const finished: RunEvent = { type: 'finished', time: time(99), seconds: 99 };
    assert.equal(progressOf({ events: [...second, finished] }).done, 1000);
  });

  it('comes to the same whether it watched from the beginning or comes later', () => {
    const bitByBit = progressOf(...begun.map((event) => ({ events: [event] })));
    assert.deepEqual(bitByBit, progressOf({ events: begun }));
  });

  it('counts nothing twice after a cut, and takes its pace from what was trained since', () => {
    const resumed = [...begun.slice(0, 3), started(100, true), step(110, 1, 2)];
    const progress = progressOf({ events: begun }, { events: resumed, restarted: true });
    assert.equal(progress.done, 200);
    assert.equal(progress.secondsLeft, (10 / 100) * 800);
  });

  it('tells of a long evaluation how many answers there are and how long the others take, until it is over', () => {
    const at = { stage: 1, epoch: 1, step: 2, split: 'test', what: 'answers' as const };
    const evaluating: RunEvent = { type: 'evaluating', time: time(40), ...at, done: 20, of: 50, seconds: 8 };
    const progress = progressOf({ events: [...begun, evaluating] });
    assert.equal(evaluatingWords(progress.evaluating!), '20 of 50 test questions answered');
    assert.equal(evaluatingWords({ ...evaluating, what: 'documents' }), '20 of 50 test documents read');
    assert.equal(progress.secondsToEvaluate, 12);
    const evaluated: RunEvent = { type: 'evaluated', time: time(52), ...at, extent: 'full', seconds: 20 };
    progress.take({ events: [evaluated], restarted: false });
    assert.deepEqual([progress.evaluating, progress.secondsToEvaluate], [undefined, undefined]);
  });

  it('tells no time from a moment', () => {
    assert.equal(progressOf({ events: [started(0), stage(1, 1, 4), step(2, 1, 1)] }).secondsLeft, undefined);
  });
});
