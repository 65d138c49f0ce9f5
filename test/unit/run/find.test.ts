/** Finding run folders, at once and bit by bit. */
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { runsBelow, searchRuns } from '../../../src/run/find';
import { RunFolder } from '../../../src/run/folder';
import { identity, removePlaces, temporaryPlace } from './folders';

async function searched(path: string, levels: number): Promise<string[]> {
  const found = [];
  for await (const run of searchRuns(path, levels)) found.push(run);
  return found;
}

describe('finding runs', () => {
  afterEach(removePlaces);

  it('finds them as deep as asked, in order, both ways alike', async () => {
    const place = temporaryPlace();
    for (const name of ['b', 'a/one', 'a/two/three']) RunFolder.create(join(place, name), identity);
    const names = ['a/one', 'b'].map((name) => join(place, name));
    assert.deepEqual(await searched(place, 2), names);
    assert.deepEqual(runsBelow(place, 2), names);
    assert.deepEqual(await searched(place, 3), [names[0], join(place, 'a/two/three'), names[1]]);
  });

  it('looks into no run, no hidden folder and no node_modules', async () => {
    const place = temporaryPlace();
    for (const name of ['run', 'run/inner', '.hidden/run', 'node_modules/run'])
      RunFolder.create(join(place, name), identity);
    assert.deepEqual(await searched(place, 3), [join(place, 'run')]);
  });

  it('finds nothing where there is nothing', async () => {
    const place = temporaryPlace();
    mkdirSync(join(place, 'empty'));
    assert.deepEqual(await searched(join(place, 'empty'), 2), []);
    assert.deepEqual(await searched(join(place, 'missing'), 2), []);
  });
});
