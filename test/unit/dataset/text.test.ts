import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import fc from 'fast-check';
import { loadDataset } from '../../../src/dataset/load';
import { formatText, writeText } from '../../../src/dataset/formats/text';
import { UserError } from '../../../src/errors';
import { anyDataset } from './arbitrary';
import { content, inFolder, loadFiles } from './folder';

describe('text documents', () => {
  it('take id and title from the name and the first heading', async () => {
    const { dataset, told } = await loadFiles({
      'test/rivers/elbe.md': 'Before.\n\n## The *Elbe* ##\nA river.\n',
      'test/rivers/rhine.txt': 'A river.\r\nLong.\r\n',
    });
    assert.deepEqual(told, []);
    const place = { split: 'test', domain: 'rivers' };
    assert.deepEqual(content(dataset).documents, [
      { id: 'elbe', title: 'The *Elbe*', text: 'Before.\n\n## The *Elbe* ##\nA river.', ...place },
      { id: 'rhine', title: 'rhine', text: 'A river.\nLong.', ...place },
    ]);
  });

  it('take what the front matter says, as it is written', async () => {
    const text = '---\nid: 007\ntitle: "A: B"\nsplit: dev\ndomain: yes\ntags: [a, b]\n---\n\nBody\n\n---\nmore';
    const { dataset, told } = await loadFiles({ 'train/a.md': text });
    assert.deepEqual(told, []);
    assert.deepEqual(content(dataset).documents, [
      { id: '007', title: 'A: B', text: 'Body\n\n---\nmore', split: 'dev', domain: 'yes' },
    ]);
  });

  it('keep a first line of dashes that nothing closes', async () => {
    const { dataset } = await loadFiles({ 'a.txt': '---\nid: x\n' });
    assert.equal(dataset.documents[0].text, '---\nid: x');
  });

  it('tell what is wrong with the front matter and an empty text', async () => {
    const { dataset, told } = await loadFiles({
      'a.md': '---\nid: [1]\ntitle:\n---\nx',
      'b.md': '---\nid: a: b\n---\nx',
      'c.md': '---\njust words\n---\nx',
      'd.md': '---\nid: d\n---\n\n \n',
      'e.md': '---\nid: &a [*a, *a]\nsplit: *nobody\n---\nx',
    });
    assert.deepEqual(dataset.documents, []);
    assert.deepEqual(told.slice(0, 2), [
      'a.md:2:5 id: This field must be text and not empty.',
      'a.md:3:7 title: This field must be text and not empty.',
    ]);
    assert.match(told[2], /^b.md:2:\d+ The front matter is not valid YAML: /);
    assert.ok(told.includes('c.md:2:1 The front matter must be lines of the form "name: value".'), told.join('\n'));
    assert.ok(told.includes('d.md:4:1 text: This document has no text.'), told.join('\n'));
    assert.ok(told.some((line) => line.startsWith('e.md:')));
  });

  it('refuse to write carriage returns that reading would drop', () => {
    const document = { id: 'a', title: 'a', text: 'a\r\nb', split: 'test', source: { file: 'x', line: 1 } };
    assert.throws(() => formatText(document), UserError);
  });

  it('round-trip', () =>
    fc.assert(
      fc.asyncProperty(anyDataset, (dataset) =>
        inFolder({}, async (folder) => {
          const documents = dataset.documents.filter(({ text }) => !/\r(\n|$)/.test(text));
          if (documents.length === 0) return;
          await writeText(folder, documents);
          const loaded = await loadDataset([{ path: folder, format: 'text' }]);
          assert.deepEqual(content(loaded.dataset).documents, content({ documents, questions: [] }).documents);
        }),
      ),
      { numRuns: 200 },
    ));
});
