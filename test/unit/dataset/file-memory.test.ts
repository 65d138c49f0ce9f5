import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'mocha';
import { FileMemory } from '../../../src/dataset/file-memory';
import { loadDataset } from '../../../src/dataset/load';
import { Findings } from '../../../src/dataset/problem';
import type { DatasetSource, InputFile } from '../../../src/dataset/source';
import { inFolder } from './folder';

const rows = (...values: object[]) => values.map((value) => `${JSON.stringify(value)}\n`).join('');

const files = {
  'train/doc.jsonl': rows(
    { wiki_id: 1, title: 'Rhine', text: 'A river.' },
    { wiki_id: 2, title: 'Elbe', text: 'Too.' },
  ),
  'train/qa.jsonl': rows({ wiki_id: 1, question: 'What is it?', answer: 'a river' }, { wiki_id: 2, question: 'And?' }),
  'test/qa.jsonl': rows({ wiki_id: 1, question: 'What is it?', answer: 'water' }),
  'more/lakes.qa': '@domain lakes\n# Como\n\nA lake.\n\nQ: Deep?\nA: very\n\n# Rhine\n\nQ: Long?\nA: yes\n',
  'asked.csv': 'document,question,answer\nComo,Where?,Italy\nElbe,Where?,Germany\n',
  'empty.qa': '',
};
const xquad = path.join(__dirname, '../../fixtures/dataset/xquad/xquad.en.json');

/** What becomes of a file; `undefined` takes it away. */
type Edit = [name: keyof typeof files, text: string | undefined];

const edits: Edit[] = [
  ['more/lakes.qa', '# Como\n\nA lake.\n\nQ: Deep?\nA: very\n\nQ: Cold?\n'],
  // Their documents are gone, and come again under another title and with another domain.
  ['train/doc.jsonl', rows({ wiki_id: 2, title: 'Elbe', text: 'Too.' })],
  ['train/doc.jsonl', rows({ wiki_id: 1, title: 'Como', text: 'Odd.', domain: 'rivers', split: 'test' })],
  ['train/doc.jsonl', files['train/doc.jsonl']],
  ['test/qa.jsonl', undefined],
  ['empty.qa', '# Como\n\nAnother text.\n'],
  ['asked.csv', 'document,question,answer,id\nComo,Where?,Italy,1?1\n'],
  ['test/qa.jsonl', files['test/qa.jsonl']],
];

describe('loading with a memory of the files', () => {
  it('finds after every edit what a fresh load finds', () =>
    inFolder(files, async (folder) => {
      const memory = new FileMemory();
      const sources: DatasetSource[] = [
        { path: folder, format: 'wiki' },
        { path: path.join(folder, 'more') },
        { path: path.join(folder, 'empty.qa') },
        { path: path.join(folder, 'asked.csv'), split: 'test' },
        { path: xquad },
      ];
      const compare = async () =>
        assert.deepEqual(await loadDataset(sources, { memory }), await loadDataset(sources), 'as read afresh');
      await compare();
      for (const [name, text] of edits) {
        const file = path.join(folder, name);
        if (text === undefined) rmSync(file);
        else writeFileSync(file, text);
        await compare();
      }
    }));

  it('tells what editors hold from what is on the disk', () =>
    inFolder(files, async (folder) => {
      const memory = new FileMemory();
      const sources = [{ path: path.join(folder, 'more') }];
      for (const text of ['# Como\n\nA lake.\n\nQ: Big?\nA: yes\n', undefined, '', '# Como\n\nA lake.\n']) {
        const unsaved = new Map(text === undefined ? [] : [[path.join(folder, 'more/lakes.qa'), text]]);
        assert.deepEqual(await loadDataset(sources, { unsaved, memory }), await loadDataset(sources, { unsaved }));
      }
    }));

  it('minds what a source says of a file', () =>
    inFolder(files, async (folder) => {
      const memory = new FileMemory();
      const file = { path: path.join(folder, 'asked.csv') };
      const lakes = { path: path.join(folder, 'more') };
      for (const about of [{}, { split: 'test' }, { domain: 'cities' }, { columns: { question: 'answer' } }]) {
        const sources = [lakes, { ...file, ...about }];
        assert.deepEqual(await loadDataset(sources, { memory }), await loadDataset(sources));
      }
    }));
});

describe('what a memory of files reads', () => {
  const file: InputFile = { path: '/data/a.qa', name: 'a.qa', format: 'qa', split: 'train', columns: {}, lineLimit: 9 };

  async function readings(asked: [file: InputFile, sha256: string][]): Promise<string[]> {
    const memory = new FileMemory();
    const read: string[] = [];
    for (const [one, sha256] of asked)
      await memory.of(one, sha256, async () => (read.push(`${one.split} ${sha256}`), new Findings()));
    return read;
  }

  it('is only what has changed', async () => {
    const other = { ...file, path: '/data/b.qa', split: 'test' };
    const asked: [InputFile, string][] = [
      [file, 'x'],
      [other, 'x'],
      [{ ...file, text: 'unsaved' }, 'x'],
      [file, 'y'],
      [other, 'x'],
    ];
    assert.deepEqual(await readings(asked), ['train x', 'test x', 'train y']);
  });

  it('is read again after it could not be read', async () => {
    const memory = new FileMemory();
    const fail = () => Promise.reject(new Error('gone'));
    await assert.rejects(memory.of(file, 'x', fail), { message: 'gone' });
    const found = new Findings();
    found.error({ file: file.path, line: 1 }, 'Odd.');
    const { problems } = await memory.of(file, 'x', () => Promise.resolve(found));
    assert.deepEqual(problems, found.problems);
  });
});
