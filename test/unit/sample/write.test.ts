/** Sample workspaces can be run as they are, and nothing that stands there already is touched. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { loadDataset } from '../../../src/dataset/load';
import { takenName } from '../../../src/sample/names';
import { writeBiosSample } from '../../../src/sample/write';
import { parseExperiment } from '../../../src/schedule/read-experiment';

const shipped = resolve(__dirname, '../../../samples/bios');

describe('The sample with a model', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'pit-sample-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it('has an experiment without problems on data without problems', async () => {
    const file = await writeBiosSample(join(folder, 'deep/first'), shipped);
    const { experiment, problems } = parseExperiment(readFileSync(file, 'utf8'), file);
    assert.deepEqual(problems, []);
    assert.ok(existsSync(join(folder, 'deep/first', String(experiment!.model), 'model.safetensors')));
    const sources = experiment!.data as string[];
    const paths = sources.map((source) => ({ path: resolve(folder, 'deep/first', source) }));
    const { dataset, problems: found } = await loadDataset(paths);
    assert.deepEqual(found, []);
    assert.ok(dataset.documents.some(({ title }) => title === 'The Rhine'));
  });

  it('is refused by a folder that has a file of its name', async () => {
    writeFileSync(join(folder, 'own.qa'), 'mine');
    assert.equal(takenName(folder), 'own.qa');
    await assert.rejects(writeBiosSample(folder, shipped), /own\.qa exists already, so nothing was written/);
    assert.equal(readFileSync(join(folder, 'own.qa'), 'utf8'), 'mine');
    assert.ok(!existsSync(join(folder, 'data')));
  });
});
