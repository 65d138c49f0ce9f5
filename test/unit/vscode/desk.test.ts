/** A desk against a worker thread of its own: results, refusals and defects come back, jobs can be followed and called off. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { UserError } from '../../../src/errors';
import { Desk } from '../../../src/vscode/desk';
import type { Jobs } from './desk.worker';

describe('a desk', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pit-desk-'));
  const worker = join(folder, 'worker.cjs');
  const desk = new Desk<Jobs>(worker);
  before(() => {
    const entryPoints = [join(__dirname, 'desk.worker.ts')];
    buildSync({ entryPoints, outfile: worker, bundle: true, platform: 'node' });
  });
  after(() => {
    desk.dispose();
    rmSync(folder, { recursive: true });
  });

  const watch = <News>(tell: (news: News) => void = () => {}) => {
    const stop = new AbortController();
    return { stop, watch: { signal: stop.signal, tell } };
  };

  it('gives what a job gives', async () => {
    assert.equal(await desk.do('sum', 2, 3), 5);
  });

  it('hands every word on in its place, also those that are left open', async () => {
    assert.equal(await desk.do('places', undefined, 'a', undefined), '-a-');
  });

  it('keeps what a job puts by for the next', async () => {
    assert.deepEqual([await desk.do('take'), await desk.do('take')], [1, 2]);
  });

  it('tells what a person can mend from a defect, which keeps its stack', async () => {
    await assert.rejects(desk.do('refuse'), new UserError('No.'));
    await assert.rejects(desk.do('fail'), (error: Error) => {
      assert.ok(!(error instanceof UserError));
      assert.match(error.stack!, /^Error: a defect\n.*worker\.cjs/);
      return true;
    });
  });

  it('passes on what a job tells, in order and before its end', async () => {
    const told: number[] = [];
    const { watch: followed } = watch<number>((news) => told.push(news));
    assert.equal(await desk.do('count', 4, followed), 4);
    assert.deepEqual(told, [0, 1, 2, 3]);
  });

  it('calls a job off with the reason of the signal, and does the next', async () => {
    const { stop, watch: followed } = watch<string>(() => stop.abort(new Error('enough')));
    await assert.rejects(desk.do('last', 'begun', followed), new Error('enough'));
    assert.equal(await desk.do('sum', 1, 1), 2);
  });

  it('never begins a job that is called off while it waits', async () => {
    const told: string[] = [];
    const { stop, watch: first } = watch<string>(() => {
      second.stop.abort(new Error('not any more'));
      stop.abort(new Error('enough'));
    });
    const second = watch<string>((news) => told.push(news));
    const ends = await Promise.allSettled([desk.do('last', 'first', first), desk.do('last', 'second', second.watch)]);
    assert.deepEqual(
      ends.map((end) => end.status === 'rejected' && (end.reason as Error).message),
      ['enough', 'not any more'],
    );
    assert.deepEqual(told, []);
  });

  it('calls off at once what is asked for with a signal that is over', async () => {
    const { stop, watch: followed } = watch<string>();
    stop.abort(new Error('before'));
    await assert.rejects(desk.do('last', 'never', followed), new Error('before'));
  });
});
