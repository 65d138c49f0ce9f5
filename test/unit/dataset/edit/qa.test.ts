import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { Change } from '../../../../src/dataset/edit/change';
import { edited } from './desk';

const rivers = `// About this file.
domain: rivers

# The Rhine
id: rhine
split: test

The Rhine rises in the Alps.

// Asked first.
Q: Into which sea does the Rhine flow?
// The short one.
A: North Sea
A: the North Sea

Q: Which cities does the Rhine pass?
A: Basel
   and Cologne

// About the Elbe.
# Elbe

The Elbe is a river.

Q: What is the Elbe?
A: A river
`;

/** The lines that go and come, in order. */
async function changed(change: Change, text = rivers): Promise<string[]> {
  const { texts, after } = await edited({ 'rivers.qa': text }, change);
  assert.deepEqual(after.problems, []);
  return lineChanges(text, texts['rivers.qa']);
}

function lineChanges(old: string, fresh: string): string[] {
  const [a, b] = [old.split('\n'), fresh.split('\n')];
  let from = 0;
  while (from < Math.min(a.length, b.length) && a[from] === b[from]) from++;
  let back = 0;
  while (back < Math.min(a.length, b.length) - from && a.at(-1 - back) === b.at(-1 - back)) back++;
  const part = (mark: string, lines: string[]) => lines.slice(from, lines.length - back).map((line) => mark + line);
  return [...part('-', a), ...part('+', b)];
}

describe('editing .qa files', () => {
  it('changes a question, and only its line', async () => {
    assert.deepEqual(await changed({ kind: 'change question', id: 'rhine?1', question: 'Which sea?' }), [
      '-Q: Into which sea does the Rhine flow?',
      '+Q: Which sea?',
    ]);
  });

  it('changes, adds and removes answers, and keeps comments', async () => {
    const answers = (...list: string[]): Change => ({ kind: 'change question', id: 'rhine?1', answers: list });
    assert.deepEqual(await changed(answers('North Sea', 'the sea')), ['-A: the North Sea', '+A: the sea']);
    assert.deepEqual(await changed(answers('North Sea')), ['-A: the North Sea']);
    assert.deepEqual(await changed(answers('the North Sea')), ['-A: North Sea']);
    assert.deepEqual(await changed(answers('North Sea', 'x', 'the North Sea')), ['+A: x']);
    assert.deepEqual(await changed(answers('x', 'North Sea', 'the North Sea')), ['+A: x']);
    assert.deepEqual(await changed(answers('North Sea', 'the North Sea', 'x')), ['+A: x']);
  });

  it('writes what would be markup, and several lines', async () => {
    const answers = ['Basel', ' two\n\n# lines '];
    assert.deepEqual(await changed({ kind: 'change question', id: 'rhine?2', answers }), [
      '-   and Cologne',
      '+A: \\ two',
      '+   \\',
      '+   # lines \\',
    ]);
  });

  it('adds a question behind the last, before another, and where there is none', async () => {
    const add = { kind: 'add question', document: 'rhine', question: 'Where?', answers: ['here', 'there'] } as const;
    assert.deepEqual(await changed(add), ['+Q: Where?', '+A: here', '+A: there', '+']);
    const before = await edited({ 'a.qa': rivers }, { ...add, before: 'rhine?1' });
    assert.match(before.texts['a.qa'], /Alps\.\n\nQ: Where\?\nA: here\nA: there\n\n\/\/ Asked first\.\nQ: Into/);
    const bare = '# A\n\nText.\n\n# B\n\nText.';
    const { texts } = await edited({ 'a.qa': bare }, { ...add, document: 'B' });
    assert.equal(texts['a.qa'], `${bare}\n\nQ: Where?\nA: here\nA: there`);
  });

  it('adds a document behind another', async () => {
    const add = { kind: 'add document', title: 'Main', text: 'The Main\n\n# no heading', split: 'train' } as const;
    assert.deepEqual(await changed({ ...add, after: 'rhine' }), [
      '+# Main',
      '+',
      '+The Main',
      '+',
      '+\\# no heading',
      '+',
    ]);
    const { texts } = await edited({ 'a.qa': rivers }, { ...add, split: 'test', after: 'rhine' });
    assert.match(
      texts['a.qa'],
      /and Cologne\n\n# Main\nsplit: test\n\nThe Main\n\n\\# no heading\n\n\/\/ About the Elbe/,
    );
  });

  it('deletes a question with the comments above it', async () => {
    assert.deepEqual(await changed({ kind: 'delete', ids: ['rhine?1'] }), [
      '-// Asked first.',
      '-Q: Into which sea does the Rhine flow?',
      '-// The short one.',
      '-A: North Sea',
      '-A: the North Sea',
      '-',
    ]);
  });

  it('deletes documents and questions at once', async () => {
    const { texts, after } = await edited({ 'a.qa': rivers }, { kind: 'delete', ids: ['Elbe', 'rhine?2'] });
    assert.equal(texts['a.qa'], `${rivers.split('\n').slice(0, 14).join('\n')}\n`);
    assert.equal(after.dataset.questions.length, 1);
  });

  it('moves a question with its comments, up, down and to another document', async () => {
    const move = { kind: 'move questions', document: 'rhine' } as const;
    const up = await edited({ 'a.qa': rivers }, { ...move, ids: ['rhine?2'], before: 'rhine?1' });
    const down = await edited({ 'a.qa': rivers }, { ...move, ids: ['rhine?1'] });
    assert.equal(up.texts['a.qa'], down.texts['a.qa']);
    assert.match(up.texts['a.qa'], /Alps\.\n\nQ: Which.*\nA: Basel\n {3}and Cologne\n\n\/\/ Asked first\.\nQ: Into/);
    const over = await edited({ 'a.qa': rivers }, { ...move, document: 'Elbe', ids: ['rhine?1'], before: 'Elbe?1' });
    assert.match(
      over.texts['a.qa'],
      /river\.\n\n\/\/ Asked first\.\nQ: Into.*\n\/\/ The.*\nA: North Sea\nA: the North Sea\n\nQ: What/,
    );
    assert.equal(over.after.dataset.questions.find(({ id }) => id === 'Elbe?1')?.split, 'train');
  });

  it('leaves a question that is where it is to go', async () => {
    const move: Change = { kind: 'move questions', document: 'rhine', ids: ['rhine?1'], before: 'rhine?2' };
    assert.deepEqual((await edited({ 'a.qa': rivers }, move)).edits, []);
    assert.deepEqual((await edited({ 'a.qa': rivers }, { ...move, ids: ['rhine?1', 'rhine?2'] })).edits, []);
  });

  it('moves a document to another split and before another document', async () => {
    const { texts, after } = await edited(
      { 'a.qa': rivers },
      { kind: 'move documents', ids: ['Elbe'], split: 'test', before: 'rhine' },
    );
    assert.match(
      texts['a.qa'],
      /rivers\n\n\/\/ About the Elbe\.\n# Elbe\nsplit: test\n\nThe Elbe is[^]*A: A river\n\n# The Rhine/,
    );
    assert.match(texts['a.qa'], /and Cologne\n$/);
    assert.deepEqual(
      after.dataset.questions.map(({ split }) => split),
      ['test', 'test', 'test'],
    );
  });

  it('moves questions of one document to another file, and leaves no empty heading behind', async () => {
    const files = { 'a.qa': '# A\n\nText.\n', 'b.qa': '# A\n\nQ: one?\nA: 1\n\nQ: two?\nA: 2\n\n# B\n\nText.\n' };
    const { texts } = await edited(files, { kind: 'move questions', ids: ['A?1', 'A?2'], document: 'B' });
    assert.equal(texts['b.qa'], '# B\n\nText.\n\nQ: one?\nA: 1\n\nQ: two?\nA: 2\n');
    assert.equal(texts['a.qa'], files['a.qa']);
  });

  it('renames a document by its heading or title', async () => {
    assert.deepEqual(await changed({ kind: 'change document', id: 'rhine', title: 'Rhein' }), [
      '-# The Rhine',
      '+# Rhein',
    ]);
    const text = '# a\nid: a\ntitle: A\n\nText.\n';
    assert.deepEqual(await changed({ kind: 'change document', id: 'a', title: 'B' }, text), ['-title: A', '+title: B']);
  });

  it('keeps CRLF and the byte order mark', async () => {
    const text = `\uFEFF${rivers.replaceAll('\n', '\r\n')}`;
    const add: Change = {
      kind: 'add question',
      document: 'rhine',
      question: 'Where?',
      answers: ['a\nb'],
      before: 'rhine?2',
    };
    const { texts } = await edited({ 'a.qa': text }, add);
    const plain = await edited({ 'a.qa': rivers }, add);
    assert.equal(texts['a.qa'], `\uFEFF${plain.texts['a.qa'].replaceAll('\n', '\r\n')}`);
  });

  it('says what it cannot do', async () => {
    await assert.rejects(edited({ 'a.qa': rivers }, { kind: 'change question', id: 'rhine?1', question: ' ' }), {
      message: 'This text is empty.',
    });
    await assert.rejects(edited({ 'a.qa': rivers }, { kind: 'change document', id: 'no', title: 'x' }), {
      message: '"no" is not in the dataset any more.',
    });
  });
});
