/** Which runs are shown without being named, and which join them later. */
import assert from 'node:assert/strict';
import { dirname } from 'node:path';
import { entryOf, joins, runsToShow } from '../../../src/vscode/dashboard/entries';
import type { LiveRun } from '../../../src/vscode/lab';
import { removePlaces, temporaryRun } from '../run/folders';

const run = (name: string, created = '2024-05-26T10:00:00.000Z'): LiveRun => ({
  folder: temporaryRun({ name, created }),
  state: 'running',
});

describe('the runs that are shown', () => {
  afterEach(removePlaces);

  it('are those of the active experiment', () => {
    const [own, other] = [run('own'), run('other')];
    const folder = dirname(dirname(own.folder.path));
    assert.deepEqual(runsToShow([other, own], { name: 'own', folder }), [own.folder.path]);
  });

  it('are the newest where the active experiment has none', () => {
    const [newest, older] = [run('newest'), run('older')];
    assert.deepEqual(runsToShow([newest, older], { name: 'none', folder: '/' }), [newest.folder.path]);
    assert.deepEqual(runsToShow([newest, older]), [newest.folder.path]);
    assert.deepEqual(runsToShow([]), []);
  });

  it('are joined by new ones of the same output folder', () => {
    const late = run('late', '2024-05-26T12:00:00.000Z');
    const beside = `${dirname(late.folder.path)}/other`;
    assert.ok(joins(late, [beside], '2024-05-26T11:00:00.000Z'));
    assert.ok(joins(late, [], '2024-05-26T11:00:00.000Z'));
    assert.ok(!joins(late, ['/elsewhere/run'], '2024-05-26T11:00:00.000Z'));
    assert.ok(!joins(late, [beside], '2024-05-26T13:00:00.000Z'));
    assert.ok(!joins(late, [late.folder.path], '2024-05-26T11:00:00.000Z'));
  });

  it('are called as tables call them', () => {
    const folder = temporaryRun({ recipe: 'mine' });
    const { title, out, kin } = entryOf({ folder, state: 'running' });
    assert.deepEqual([title, out], ['mine', dirname(folder.path)]);
    assert.notEqual(kin, entryOf({ folder: temporaryRun({ dataHash: 'other' }), state: 'running' }).kin);
  });
});
