/** What the worker finds and tells of models: folders, GGUF files and their imports, and families that only torch has. */
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { trainTokenizer } from '../../../src/model/bpe';
import { writeModelFolder } from '../../../src/model/folder';
import { freeFolder } from '../../../src/model/new-folder';
import { countParameters, initialize } from '../../../src/model/parameters';
import { presetConfig } from '../../../src/model/presets';
import { makeTokenizer } from '../../../src/model/tokenizer';
import { type Experiment, experimentSchema } from '../../../src/schedule/experiment';
import { importJobs } from '../../../src/vscode/models/import-jobs';
import { jobs } from '../../../src/vscode/models/jobs';
import type { Facts, Offer, Pace } from '../../../src/vscode/models/protocol';
import { licensed } from '../model/gguf.support';

const factsOf = (offer: Offer): Facts => ('facts' in offer ? offer.facts : assert.fail(offer.refused));

describe('the jobs that look at models', () => {
  const root = mkdtempSync(join(tmpdir(), 'pit-models-'));
  const base = join(root, 'base');
  const imports = join(root, 'models');
  const gguf = join(root, 'small.gguf');
  const { tokenizer, config } = trainTokenizer(['The Rhine rises in the Alps.'], 300);
  const shape = { ...presetConfig('nano', makeTokenizer(tokenizer, config)), layers: 1 };
  before(async () => {
    await writeModelFolder(base, { config: shape, weights: initialize(shape, 1), tokenizer: { tokenizer, config } });
    writeFileSync(gguf, licensed('mit'));
  });
  afterEach(() => rmSync(imports, { recursive: true, force: true }));
  after(() => rmSync(root, { recursive: true }));

  const experiment = (changes: object = {}): Experiment =>
    experimentSchema.parse({ name: 'x', model: base, data: root, recipes: ['cpt'], ...changes });
  const look = (group: 'folder' | 'gguf', model: string, changes?: object) =>
    jobs.look(experiment(changes), { group, name: 'it', model }, imports);
  const watch = { signal: new AbortController().signal, tell: (_: Pace) => {} };

  it('tell the bytes of the weights, and whether training fits, for both engines', async () => {
    const facts = factsOf(await look('folder', base));
    const { size } = statSync(join(base, 'model.safetensors'));
    const header = Number(readFileSync(join(base, 'model.safetensors')).readBigUInt64LE()) + 8;
    assert.equal(facts.bytes, size - header);
    assert.deepEqual([facts.family, facts.parameters, facts.outlook?.fit], ['llama', countParameters(shape), 'fits']);
    assert.ok(facts.outlook!.memory > facts.bytes);
    const torch = factsOf(await look('folder', base, { engine: 'torch', device: 'cpu' }));
    assert.deepEqual([torch.bytes, torch.outlook?.fit], [facts.bytes, 'fits']);
    assert.ok(torch.outlook!.memory > facts.outlook!.memory);
  });

  it('take a family that only torch has where torch trains, and refuse it elsewhere', async () => {
    const strange = join(root, 'strange');
    cpSync(base, strange, { recursive: true });
    const json = JSON.parse(readFileSync(join(strange, 'config.json'), 'utf8')) as object;
    writeFileSync(join(strange, 'config.json'), JSON.stringify({ ...json, model_type: 'mamba' }));
    assert.ok('refused' in (await look('folder', strange)));
    const { family, parameters, bytes } = factsOf(await look('folder', strange, { engine: 'torch' }));
    assert.deepEqual([family, parameters, bytes], ['mamba', countParameters(shape), 4 * countParameters(shape)]);
  });

  it('tell of a GGUF file where it would go, and where it has gone', async () => {
    mkdirSync(join(imports, 'small'), { recursive: true });
    const { becomes, bytes, licence } = factsOf(await look('gguf', gguf));
    assert.deepEqual([bytes, licence], [statSync(gguf).size, 'mit']);
    assert.deepEqual([becomes!.folder, becomes!.isThere], [join(imports, 'small-2'), false]);
    await importJobs.importGguf(gguf, becomes!.folder, watch);
    assert.equal(statSync(join(becomes!.folder, 'model.safetensors')).size > becomes!.bytes, true);
    const again = factsOf(await look('gguf', gguf)).becomes!;
    assert.deepEqual(again, { ...becomes, isThere: true });
    assert.equal(factsOf(await look('folder', again.folder)).licence, 'mit');
  });

  it('name a folder that is free whatever the case of those that are there', async () => {
    assert.equal(await freeFolder(imports, 'Base'), join(imports, 'Base'));
    for (const name of ['base', 'Base-2']) mkdirSync(join(imports, name), { recursive: true });
    assert.equal(await freeFolder(imports, 'Base'), join(imports, 'Base-3'));
    assert.deepEqual(readdirSync(imports).length, 2);
  });
});
