/** The extension comes up in a real window and hands out what its parts share. */
import assert from 'node:assert/strict';
import { relativePath, theLab } from './support';

describe('Activation', () => {
  it('hands out library, experiments and runs', async () => {
    const { library, experiments, runs } = await theLab();
    assert.deepEqual((await experiments.files()).map(relativePath), ['people.pit.json']);
    assert.equal(relativePath(experiments.active!), 'people.pit.json');
    assert.ok(Array.isArray(await library.holdings()));
    assert.deepEqual(runs.all(), []);
  });
});
