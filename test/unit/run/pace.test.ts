/** The line of a long work: how often it is told, and what it says of the time that is left. */
import assert from 'node:assert/strict';
import { pace } from '../../../src/run/pace';

describe('the pace of a long work', () => {
  let time = 0;
  let lines: string[];
  let arrive: (done: number, at: number) => void;
  beforeEach(() => {
    time = 0;
    lines = [];
    const paced = pace(
      (line) => lines.push(line),
      () => time,
    );
    arrive = (done, at) => {
      time = at;
      paced({ done, total: 4e6 });
    };
  });

  it('is told a few times a second, and at the end', () => {
    for (let at = 0; at < 1000; at += 10) arrive(1000 * at, at);
    assert.equal(lines.length, 5);
    arrive(4e6, 995);
    assert.equal(lines.at(-1), '100 % of 4.0 MB');
  });

  it('counts only what has come since it began', () => {
    arrive(2e6, 50_000);
    assert.deepEqual(lines, ['50 % of 4.0 MB']);
    arrive(3e6, 57_000);
    assert.equal(lines[1], '75 % of 4.0 MB, 7 s left');
    arrive(3.5e6, 140_000);
    assert.equal(lines[2], '87 % of 4.0 MB, 30 s left');
  });
});
