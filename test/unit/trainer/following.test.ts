/** How a long evaluation says how far it is, and how it ends before its time. */
import assert from 'node:assert/strict';
import { follow, type Part, StopRequested } from '../../../src/trainer/following';
import { removePlaces, temporaryRun } from '../run/folders';

const part: Part = { stage: 1, epoch: 2, step: 6, split: 'test', what: 'answers', of: 100 };

describe('a part of an evaluation that is followed', () => {
  afterEach(removePlaces);

  it('says every two seconds how far it is, but not that it is over', () => {
    const folder = temporaryRun();
    let seconds = 10;
    const followed = follow(folder, part, () => 1000 * seconds);
    for (const [at, done] of [
      [11, 10],
      [12, 20],
      [13, 30],
      [14.5, 40],
      [30, 100],
    ]) {
      seconds = at;
      followed(done);
    }
    const told = folder.readEvents().events.map((event) => ({ ...event, time: undefined }));
    const event = { type: 'evaluating', time: undefined, ...part };
    assert.deepEqual(told, [
      { ...event, done: 20, seconds: 2 },
      { ...event, done: 40, seconds: 4.5 },
    ]);
  });

  it('ends where somebody asks to stop', () => {
    const folder = temporaryRun();
    const followed = follow(folder, part);
    followed(10);
    folder.requestStop();
    assert.throws(() => followed(20), StopRequested);
  });
});
