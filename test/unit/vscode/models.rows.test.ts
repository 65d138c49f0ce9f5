/** The list of models: which section each stands in, what is said of it, and what becomes of reasons. */
import assert from 'node:assert/strict';
import type { Facts, Offer, Place } from '../../../src/vscode/models/protocol';
import { factsText, type ModelRow, modelSections } from '../../../src/vscode/models/rows';

const facts: Facts = { family: 'llama', parameters: 134_515_008, bytes: 98.4e6, outlook: { memory: 6.904e9 } };
const place = (group: Place['group'], name: string): Place => ({ group, name, model: `/lab/${name}` });
const offer = (group: Place['group'], name: string, more: Partial<Facts> = {}): Offer => ({
  ...place(group, name),
  facts: { ...facts, ...more },
});
const shorten = (path: string) => path.replace('/lab/', '');

describe('the list of models', () => {
  const headings = (offers: Offer[]) => modelSections(offers, '', shorten).map(({ heading }) => heading);
  const rowsOf = (offers: Offer[], current = ''): ModelRow[] =>
    modelSections(offers, current, shorten).flatMap(({ rows }) => rows);
  const row = (name: string, offers: Offer[], current?: string) =>
    rowsOf(offers, current).find(({ label }) => label === name) ?? assert.fail(name);

  it('has a section for each kind that there is, and what can not be used last', () => {
    assert.deepEqual(headings([]), ['Elsewhere']);
    const refused: Offer = { ...place('folder', 'odd'), refused: 'No.' };
    assert.deepEqual(headings([refused, offer('hub', 'h'), offer('gguf', 'g.gguf'), offer('folder', 'f')]), [
      'Folders of the workspace',
      'GGUF files of the workspace',
      'Downloaded from the Hugging Face hub',
      'Elsewhere',
      "Can't be used",
    ]);
  });

  it('leads to what is not in it', () => {
    assert.deepEqual(
      rowsOf([]).map(({ label, choice }) => [label, choice.kind]),
      [
        ['From the Hub…', 'hub'],
        ['Another GGUF File…', 'gguf'],
        ['Another Folder…', 'folder'],
      ],
    );
  });

  it('says family, parameters, bytes, licence where it is known, and memory', () => {
    assert.equal(factsText(facts), 'llama · 135 M parameters · 98.4 MB · up to 6.90 GB of memory');
    assert.equal(
      factsText({ ...facts, bytes: 14.48e9, licence: 'apache-2.0', outlook: { memory: 6.9e9, fit: 'does not fit' } }),
      'llama · 135 M parameters · 14.48 GB · apache-2.0 · does not fit: up to 6.90 GB of memory',
    );
  });

  it('says into which GPU it fits, or of which memory is taken that nothing tells of', () => {
    const said = (outlook: Facts['outlook']) =>
      factsText({ ...facts, outlook })
        .split(' · ')
        .at(-1);
    assert.equal(said({ memory: 6.9e9, fit: 'fits', where: 'A GPU' }), 'fits into A GPU: up to 6.90 GB of memory');
    assert.equal(said({ memory: 6.9e9, where: 'the GPU' }), 'up to 6.90 GB of memory of the GPU');
  });

  it('says nothing of memory where nothing can be told', () => {
    assert.equal(factsText({ ...facts, outlook: undefined }), 'llama · 135 M parameters · 98.4 MB');
  });

  it('says where a model lies: below the workspace, by the commit, or nowhere yet', () => {
    assert.equal(row('base', [offer('folder', 'base')]).description, 'base');
    const snapshot: Offer = { group: 'hub', name: 'ann/tiny', model: '/cache/snapshots/0123456789', facts };
    assert.equal(row('ann/tiny', [snapshot]).description, '0123456');
    const size: Offer = { group: 'preset', name: 'nano', model: { preset: 'nano' }, facts };
    assert.equal(row('nano', [size]).description, undefined);
  });

  it('marks the one that the experiment names', () => {
    const offers = [offer('folder', 'one'), offer('folder', 'other')];
    assert.deepEqual(
      ['one', 'other'].map((name) => row(name, offers, '/lab/one').icon),
      ['check', 'package'],
    );
  });

  it('says of a GGUF file which folder it became, if it did', () => {
    const becomes = { folder: '/lab/models/g', isThere: false, bytes: 1 };
    assert.equal(row('g', [offer('gguf', 'g', { becomes })]).detail, factsText(facts));
    const again = row('g', [offer('gguf', 'g', { becomes: { ...becomes, isThere: true } })]);
    assert.equal(again.detail, `${factsText(facts)} · imported: models/g`);
  });

  it('gives the reason why one can not be used without the path that stands beside it', () => {
    const why: Record<string, string> = {
      '/lab/odd/config.json has no model_type.': 'config.json has no model_type.',
      '/lab/odd holds nothing.': 'odd holds nothing.',
    };
    for (const [refused, said] of Object.entries(why))
      assert.equal(row('odd', [{ ...place('folder', 'odd'), refused }]).detail, said);
  });
});
