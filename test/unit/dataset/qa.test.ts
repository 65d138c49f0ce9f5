import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'mocha';
import fc from 'fast-check';
import { loadDataset } from '../../../src/dataset/load';
import { formatQa, writeQa } from '../../../src/dataset/formats/qa-write';
import { parseQa } from '../../../src/dataset/formats/qa-syntax';
import { UserError } from '../../../src/errors';
import { anyDataset } from './arbitrary';
import { content, inFolder, loadFiles } from './folder';

const guide = readFileSync(path.join(__dirname, '../../../docs/qa-format.md'), 'utf8');
const example = /```qa\n([\s\S]*?)```/.exec(guide)?.[1] ?? '';

describe('the .qa format', () => {
  it('reads the example of its documentation as the documentation says', async () => {
    const { dataset, told } = await loadFiles({ 'rivers.qa': example, 'Elbe.md': 'The Elbe is a river.' });
    assert.deepEqual(told, []);
    const place = { split: 'test', domain: 'rivers' };
    assert.deepEqual(content(dataset), {
      documents: [
        { id: 'Elbe', title: 'Elbe', text: 'The Elbe is a river.', split: 'train' },
        {
          id: 'rhine',
          title: 'The Rhine',
          text: 'The Rhine rises in the Alps.\n\nIt flows into the North Sea, past Basel and Cologne.',
          ...place,
        },
      ],
      questions: [
        {
          id: 'Elbe?1',
          documentId: 'Elbe',
          question: 'What is the Elbe?',
          answers: ['A river'],
          ...place,
          split: 'train',
        },
        {
          id: 'rhine?1',
          documentId: 'rhine',
          question: 'Into which sea does the Rhine flow?',
          answers: ['North Sea', 'the North Sea'],
          ...place,
        },
        {
          id: 'rhine?2',
          documentId: 'rhine',
          question: 'Which cities does the Rhine pass?',
          answers: ['Basel\nand Cologne'],
          ...place,
        },
      ],
    });
  });

  it('knows the lines and columns of every part', () => {
    const { attributes, blocks, faults } = parseQa(
      'split: test\n\n# A\n// note\none\n\ntwo\n\nQ:  q\n  r\nA: a\nA: b\r\n c\n',
    );
    const [block] = blocks;
    assert.deepEqual(faults, []);
    assert.deepEqual(attributes.split, { value: 'test', line: 1, endLine: 1, column: 8 });
    assert.deepEqual(block.heading, { value: 'A', line: 3, endLine: 3, column: 3 });
    assert.deepEqual(block.text, { value: 'one\n\ntwo', line: 5, endLine: 7, column: 1 });
    assert.deepEqual(block.questions[0], {
      question: { value: 'q\nr', line: 9, endLine: 10, column: 5 },
      attributes: {},
      answers: [
        { value: 'a', line: 11, endLine: 11, column: 4 },
        { value: 'b\nc', line: 12, endLine: 13, column: 4 },
      ],
    });
  });

  it('gives questions before any heading to the document named as the file', async () => {
    const { dataset, told } = await loadFiles({
      'train/elbe.md': 'A river.',
      'train/elbe.qa': 'Q: What?\nA:\n  River',
    });
    assert.deepEqual(told, []);
    assert.deepEqual(
      dataset.questions.map(({ id, answers, split }) => [id, answers, split]),
      [['elbe?1', ['River'], 'train']],
    );
  });

  it('finds a document of another file by its title, and inherits its split and domain', async () => {
    const wiki = { 'film/test/doc.jsonl': '{"wiki_id": 7, "title": "Rustin", "text": "x"}' };
    const { dataset, told } = await loadFiles({ ...wiki, 'more.qa': '# Rustin\nQ: q\nA: a' });
    assert.deepEqual(told, []);
    assert.deepEqual(content(dataset).questions, [
      { id: '7?1', documentId: '7', question: 'q', answers: ['a'], split: 'test', domain: 'film' },
    ]);
  });

  it('tells a title that several documents have', async () => {
    const text = '# A\nid: 1\n\nx\n\n# A\nid: 2\n\ny\n\n# B\nid: A\nQ: q\nA: a';
    const { told } = await loadFiles({ 'a.qa': text });
    assert.deepEqual(told, ['a.qa:13:1 2 documents have the title "A"; use an id.']);
  });

  it('lets heading and question say more than the file, and the file more than the folder', async () => {
    const text = 'split: test\n# A\nx\nQ: 1\nsplit: other\nid: own\nA: a\n# B\nsplit: dev\ny\nQ: 2\nA: b\n';
    const { dataset, told } = await loadFiles({ 'train/a.qa': text });
    assert.deepEqual(told, []);
    assert.deepEqual(
      dataset.documents.map(({ split }) => split),
      ['test', 'dev'],
    );
    assert.deepEqual(
      dataset.questions.map(({ id, split }) => [id, split]),
      [
        ['own', 'other'],
        ['B?1', 'dev'],
      ],
    );
  });

  it('tells everything that it cannot place', async () => {
    const text = [
      'stray',
      'id: x',
      'A: early',
      '# A',
      'title: T',
      'split:',
      'Q: one',
      'Q:',
      'A: a',
      'Q: two',
      'A:',
      'A: b',
      'unindented',
      '',
      '  after a blank line',
      '#',
      'Q: lost',
      'A: lost',
    ].join('\n');
    const { dataset, told } = await loadFiles({ 'a.qa': text });
    assert.deepEqual(dataset, { documents: [], questions: [] });
    assert.deepEqual(told, [
      'a.qa:1:1 This line stands before any heading.',
      'a.qa:2:5 id: "id" has no meaning for a whole file.',
      'a.qa:3:1 This answer stands before any question.',
      'a.qa:5:8 title: "title" has no meaning for a heading without text.',
      'a.qa:6:7 split: This field is empty.',
      'a.qa:7:4 answer: This question has no answer.',
      'a.qa:8:3 question: This question is empty.',
      'a.qa:11:3 answer: This answer is empty.',
      'a.qa:13:1 This line is neither Q:, A:, a heading, a comment nor an indented continuation.',
      'a.qa:15:1 This indented line continues nothing: a blank line ends a question or answer.',
      'a.qa:16:2 This heading is empty; what follows it is left out.',
    ]);
  });

  it('writes what can be read by people', () => {
    const source = { file: 'x', line: 1 };
    const document = { id: 'a', title: 'Anna', text: 'Anna.\n\n# not a heading', split: 'test', source };
    const question = {
      id: 'a?1',
      documentId: 'a',
      question: 'Who?',
      answers: ['Anna', 'two\n\nlines'],
      split: 'test',
      source,
    };
    assert.equal(
      formatQa({ documents: [document], questions: [question] }),
      'split: test\n\n# Anna\nid: a\n\nAnna.\n\n\\# not a heading\n\nQ: Who?\nA: Anna\nA: two\n   \\\n   lines\n',
    );
  });

  it('refuses a title of several lines', () => {
    const document = { id: 'a', title: 'A\nB', text: 'x', split: 'test', source: { file: 'x', line: 1 } };
    assert.throws(() => formatQa({ documents: [document], questions: [] }), UserError);
  });

  it('round-trips any dataset', () =>
    fc.assert(
      fc.asyncProperty(anyDataset, (dataset) =>
        inFolder({}, async (folder) => {
          const file = path.join(folder, 'all.qa');
          await writeQa(file, dataset);
          if (dataset.documents.length === 0) return;
          const loaded = await loadDataset([{ path: file }]);
          assert.deepEqual(content(loaded.dataset), content(dataset));
        }),
      ),
      { numRuns: 300 },
    ));
});
