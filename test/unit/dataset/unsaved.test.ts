import assert from 'node:assert/strict';
import path from 'node:path';
import { describe, it } from 'mocha';
import { loadDataset } from '../../../src/dataset/load';
import { inFolder, loadFiles } from './folder';

const saved = { 'train/rivers.qa': '# Rhine\n\nA river.\n\nQ: What?\nA: old\n', 'train/elbe.md': 'Old text.\n' };
const edited = { 'train/rivers.qa': '# Rhine\n\nA river.\n\nQ: What?\nA: new\n', 'train/elbe.md': 'New text.\n' };

describe('loading with unsaved texts', () => {
  for (const name of Object.keys(saved) as (keyof typeof saved)[])
    it(`reads ${name} as the editor has it, and everything else from the disk`, async () => {
      const found = await inFolder(saved, (folder) => {
        const unsaved = new Map([[path.join(folder, name), edited[name]]]);
        return loadDataset([{ path: folder }], { unsaved });
      });
      const expected = await loadFiles({ ...saved, [name]: edited[name] });
      const texts = ({ documents, questions }: typeof found.dataset) => [
        ...documents.map(({ text }) => text),
        ...questions.map(({ answers }) => answers),
      ];
      assert.deepEqual(texts(found.dataset), texts(expected.dataset));
      assert.equal(found.hash, expected.hash);
    });

  it('finds problems at their places in the unsaved text', async () => {
    const { problems } = await inFolder(saved, (folder) => {
      const unsaved = new Map([[path.join(folder, 'train/rivers.qa'), '# Rhine\n\nText\n\nQ: Where?\n']]);
      return loadDataset([{ path: folder }], { unsaved });
    });
    assert.deepEqual(
      problems.map(({ line, message }) => [line, message]),
      [[5, 'This question has no answer.']],
    );
  });
});
