import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'mocha';
import { filesOf } from '../../../src/dataset/files';
import { loadDataset } from '../../../src/dataset/load';
import { describeProblem } from '../../../src/dataset/problem';
import { isBelow, placeOf } from '../../../src/dataset/source';
import { inFolder, loadFiles } from './folder';

const sha = (text: string) => createHash('sha256').update(text).digest('hex');

describe('the files of a source', () => {
  it('have a hash over names and contents, wherever they lie', async () => {
    const files = { 'train/b.md': 'two', 'train/a.md': 'one' };
    const first = await loadFiles(files);
    assert.equal(first.hash, sha(`train/a.md\0${sha('one')}\ntrain/b.md\0${sha('two')}\n`));
    assert.deepEqual(
      first.files.map(({ file, bytes, sha256 }) => [path.basename(file), bytes, sha256]),
      [
        ['a.md', 3, sha('one')],
        ['b.md', 3, sha('two')],
      ],
    );
    assert.equal((await loadFiles(files)).hash, first.hash);
    assert.notEqual((await loadFiles({ ...files, 'train/b.md': 'Two' })).hash, first.hash);
    assert.notEqual((await loadFiles({ 'train/a.md': 'one', 'train/c.md': 'two' })).hash, first.hash);
  });

  it('may not exist, be of no known format, or be none', async () => {
    assert.deepEqual(
      (await loadFiles({}, { path: 'no' })).told[0].split(' ').slice(1).join(' '),
      'This path does not exist.',
    );
    assert.deepEqual((await loadFiles({ 'a.png': 'x' }, { path: 'a.png' })).told, [
      'a.png:1:1 The format cannot be guessed from this name; name it.',
    ]);
    const { told } = await loadFiles({ 'a.png': 'x', 'README.md': 'x', 'x.pit.json': '{}', '.hidden/a.md': 'x' });
    assert.match(told.join('\n'), /:1:1 This folder holds no file in a format that can be read\.$/);
    assert.deepEqual((await loadFiles({ 'a.md': '' })).told, ['a.md:1:1 This file is empty.']);
  });

  it('are told where a folder or a link stands in their place', () =>
    inFolder({ 'train/doc.jsonl': '{"wiki_id": 1, "text": "x"}' }, async (folder) => {
      mkdirSync(path.join(folder, 'test/doc.jsonl'), { recursive: true });
      symlinkSync('nowhere', path.join(folder, 'test/qa.jsonl'));
      symlinkSync('.', path.join(folder, 'loop'));
      symlinkSync('self', path.join(folder, 'self'));
      symlinkSync('/', path.join(folder, 'outside'));
      const { dataset, problems } = await loadDataset([{ path: folder }]);
      assert.equal(dataset.documents.length, 1);
      const follow = 'This link is not followed; name the folder it leads to as a source of its own.';
      assert.deepEqual(
        problems.map((problem) => describeProblem(problem).replace(`${folder}/`, '')),
        [
          `loop:1:1 ${follow}`,
          `outside:1:1 ${follow}`,
          'self:1:1 This link leads nowhere or back to itself.',
          'test/doc.jsonl:1:1 This path is a folder, not a file.',
          'test/qa.jsonl:1:1 This link is not followed; name the file it leads to as a source of its own.',
        ],
      );
    }));

  it('can be links where the source itself is one', () =>
    inFolder({ 'real/train/doc.jsonl': '{"wiki_id": 1, "text": "x"}' }, async (folder) => {
      symlinkSync('real', path.join(folder, 'link'));
      symlinkSync('self', path.join(folder, 'self'));
      const { dataset, problems } = await loadDataset([{ path: path.join(folder, 'link') }]);
      assert.deepEqual([dataset.documents.length, problems.length], [1, 0]);
      const { problems: looped } = await loadDataset([{ path: path.join(folder, 'self') }]);
      assert.equal(looped[0].message, 'This path is a link that leads back to itself.');
    }));

  it('that may not be read are told (skipped for root, who may read everything)', async function () {
    if (process.getuid?.() === 0) this.skip();
    await inFolder({}, async (folder) => {
      const file = path.join(folder, 'a.md');
      writeFileSync(file, 'x', { mode: 0 });
      const { problems } = await loadDataset([{ path: file }]);
      assert.equal(problems[0].message, 'This path cannot be read: permission is missing.');
    });
  });

  it('are read in the format that the source names', async () => {
    const files = { 'a.md': 'x', 'b.qa': '# B\ny' };
    assert.deepEqual(
      (await loadFiles(files, { format: 'qa' })).dataset.documents.map(({ id }) => id),
      ['B'],
    );
    const { dataset } = await loadFiles({ 'notes.log': 'x' }, { path: 'notes.log', format: 'text' });
    assert.equal(dataset.documents[0].id, 'notes');
  });

  it('beside a Wiki2023 layout are data only where they cannot be about it', async () => {
    const files = { 'doc.jsonl': '{"wiki_id": 1, "text": "x"}', 'about.md': 'x', 'info.json': '{}', 'b.qa': '# B\ny' };
    const { dataset, told } = await loadFiles(files);
    assert.deepEqual(told, []);
    assert.deepEqual(
      dataset.documents.map(({ id }) => id),
      ['B', '1'],
    );
  });

  it('are listed for several sources, though one of them cannot be read', () =>
    inFolder({ 'a/x.md': 'one', 'b/y.qa': '# x' }, async (folder) => {
      const sources = ['a', 'none', 'b'].map((name) => ({ path: path.join(folder, name), split: `split ${name}` }));
      assert.deepEqual(
        (await filesOf(sources)).map(({ name, split }) => [name, split]),
        [
          ['x.md', 'split a'],
          ['y.qa', 'split b'],
        ],
      );
    }));

  it('from several sources make one dataset', () =>
    inFolder({ 'a/x.md': 'one', 'b/y.qa': '# x\nQ: q\nA: a' }, async (folder) => {
      const sources = ['a', 'b'].map((name) => ({ path: path.join(folder, name), split: `split ${name}` }));
      const { dataset, problems } = await loadDataset(sources);
      assert.deepEqual(problems, []);
      assert.equal(dataset.documents[0].split, 'split a');
      assert.equal(dataset.questions[0].split, 'split b');
    }));
});

describe('split and domain of a path', () => {
  const cases: [string, string, Parameters<typeof placeOf>[2], string, string?][] = [
    ['/data', 'train/doc.jsonl', 'wiki', 'train'],
    ['/data', 'film/test/doc.jsonl', 'wiki', 'test', 'film'],
    ['/data', 'test/film/a.md', 'text', 'test', 'film'],
    ['/data', 'film/a.md', 'text', '', 'film'],
    ['/data/test', 'a.md', 'text', 'test'],
    ['/data/test/doc.jsonl', 'doc.jsonl', 'wiki', 'test'],
    ['/data/test.qa', 'test.qa', 'qa', 'test'],
    ['/data', 'test.md', 'text', ''],
    ['/data', 'train-00000-of-00002.parquet', 'table', 'train'],
    ['/data', 'trainers.jsonl', 'table', ''],
  ];
  for (const [root, name, format, split, domain] of cases)
    it(`${root} with ${name} is ${split || 'no split'}${domain ? ` of ${domain}` : ''}`, () => {
      assert.deepEqual(placeOf({ path: root }, name, format), { split, domain });
    });

  it('come from the source where the path names none', () => {
    const source = { path: '/data', split: 'test', domain: 'film' };
    assert.deepEqual(placeOf(source, 'a.qa', 'qa'), { split: 'test', domain: 'film' });
    assert.deepEqual(placeOf(source, 'train/art/a.qa', 'qa'), { split: 'train', domain: 'art' });
  });
});

describe('a path', () => {
  it('is below itself, its folders and the root, and not below what only begins like it', () => {
    const below = ['/data/a', '/data', '/'].map((root) => isBelow('/data/a', root));
    const beside = ['/data/a/b', '/dat', '/data/b'].map((root) => isBelow('/data/a', root));
    assert.deepEqual([below, beside], [Array(3).fill(true), Array(3).fill(false)]);
  });
});
