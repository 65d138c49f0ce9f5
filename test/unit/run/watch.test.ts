/** Following a run: every event once, and all again where the file was cut back and went on differently. */
import assert from 'node:assert/strict';
import type { RunEvent } from '../../../src/run/events';
import type { RunFolder } from '../../../src/run/folder';
import { RunWatch } from '../../../src/run/watch';
import { removePlaces, temporaryRun } from './folders';

const stopped = (reason: string): RunEvent => ({ type: 'stopped', time: '2024-05-26T10:00:00.000Z', reason });
const reasons = (events: readonly RunEvent[]) => events.map((event) => 'reason' in event && event.reason);

/** A run whose second event has been told and is then taken back. */
function cutBack(): { folder: RunFolder; watch: RunWatch } {
  const folder = temporaryRun();
  const watch = new RunWatch(folder);
  folder.appendEvent(stopped('kept'));
  const offsets = folder.offsets();
  folder.appendEvent(stopped('lost'));
  watch.poll();
  folder.truncate(offsets);
  return { folder, watch };
}

describe('watching a run', () => {
  afterEach(removePlaces);

  it('tells nothing of a run that has not begun', () => {
    assert.deepEqual(new RunWatch(temporaryRun()).poll(), { events: [], restarted: false });
  });

  it('tells each event once', () => {
    const folder = temporaryRun();
    const watch = new RunWatch(folder);
    folder.appendEvent(stopped('a'));
    assert.deepEqual(reasons(watch.poll().events), ['a']);
    assert.deepEqual(reasons(watch.poll().events), []);
    folder.appendEvent(stopped('b'));
    folder.appendEvent(stopped('c'));
    assert.deepEqual(watch.poll(), { events: [stopped('b'), stopped('c')], restarted: false });
  });

  it('begins again where the file was cut back and has grown past the old end', () => {
    const { folder, watch } = cutBack();
    folder.appendEvent(stopped('other'));
    folder.appendEvent(stopped('more'));
    assert.deepEqual(watch.poll(), { events: ['kept', 'other', 'more'].map(stopped), restarted: true });
  });

  it('begins again where the file was cut back and is still short', () => {
    const { watch } = cutBack();
    assert.deepEqual(watch.poll(), { events: [stopped('kept')], restarted: true });
    assert.deepEqual(watch.poll(), { events: [], restarted: false });
  });
});
