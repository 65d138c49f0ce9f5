import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { applyEdits, merged, replaced } from '../../../../src/dataset/edit/text';
import { edited, inverseOf } from './desk';

const elbe = '---\nsource: x # kept\nsplit: "test" # why\n---\n\n# Elbe #\n\nA river.\r\n';

describe('editing Markdown and plain text', () => {
  it('renames by the front matter, the first heading, or new front matter', async () => {
    const rename = (text: string) =>
      edited({ 'elbe.md': text }, { kind: 'change document', id: 'elbe', title: 'New: "x"' });
    assert.equal((await rename(elbe)).texts['elbe.md'], elbe.replace('# Elbe #', '# New: "x" #'));
    const titled = elbe.replace('source', 'title: Old\nsource');
    assert.equal((await rename(titled)).texts['elbe.md'], titled.replace('Old', `'New: "x"'`));
    assert.equal((await rename('A river.\n')).texts['elbe.md'], `---\ntitle: 'New: "x"'\n---\n\nA river.\n`);
    assert.equal((await rename('A river.\n')).after.dataset.documents[0].text, 'A river.');
  });

  for (const eol of ['\n', '\r\n'])
    for (const block of ['>', '|', '>-', '|+'])
      it(`keeps what follows a block ${block} with ${JSON.stringify(eol)}`, async () => {
        const front = [`title: ${block}`, '  Old', '  title', 'split: test'];
        const text = (...lines: string[]) => ['---', ...lines, '---', '', 'A river.', ''].join(eol);
        const change = { kind: 'change document', id: 'elbe', title: 'New' } as const;
        const { texts, after } = await edited({ 'elbe.md': text(...front) }, change);
        assert.equal(texts['elbe.md'], text('title: New', 'split: test'));
        assert.deepEqual(after.problems, []);
        const last = await edited({ 'elbe.md': text('split: test', ...front.slice(0, 3)) }, change);
        assert.equal(last.texts['elbe.md'], text('split: test', 'title: New'));
      });

  it('quotes what would not be one value between brackets', async () => {
    const files = { 'elbe.md': '---\n{title: Old, split: test}\n---\nA river.\n' };
    const { texts } = await edited(files, { kind: 'change document', id: 'elbe', title: 'A, b' });
    assert.equal(texts['elbe.md'], files['elbe.md'].replace('Old', '"A, b"'));
  });

  it('names another split, and its questions follow', async () => {
    const files = { 'elbe.md': elbe, 'elbe.qa': 'Q: What?\nA: river\n', 'main.md': 'Main.\n' };
    const { texts, after } = await edited(files, { kind: 'move documents', ids: ['elbe', 'main'], split: 'dev' });
    assert.equal(texts['elbe.md'], elbe.replace('"test"', 'dev'));
    assert.equal(texts['main.md'], '---\nsplit: dev\n---\n\nMain.\n');
    assert.equal(texts['elbe.qa'], files['elbe.qa']);
    assert.equal(after.dataset.questions[0].split, 'dev');
  });

  it('puts questions in a file named like the text', async () => {
    const add = { kind: 'add question', document: 'elbe', question: 'What?', answers: ['river'] } as const;
    assert.equal((await edited({ 'elbe.md': elbe }, add)).texts['elbe.qa'], 'Q: What?\nA: river\n');
    const named = { 'a.md': `---\nid: elbe\n---\n\nText.\n`, 'a.qa': '# Other\n\nText.\n' };
    assert.equal((await edited(named, add)).texts['a.qa'], '# Other\n\nText.\n\n# elbe\n\nQ: What?\nA: river\n');
    await assert.rejects(
      edited({ 'elbe.md': elbe }, add, { path: 'elbe.md' }),
      /elbe\.qa, which the dataset would not read/,
    );
  });

  it('adds and deletes documents as files', async () => {
    const add = { kind: 'add document', title: 'The Main', text: 'Text.', split: 'test', after: 'elbe' } as const;
    const { texts, after } = await edited({ 'elbe.md': elbe }, add);
    assert.equal(texts['The-Main.md'], '---\nid: The Main\ntitle: The Main\nsplit: test\n---\n\nText.\n');
    assert.deepEqual(after.problems, []);
    const gone = await edited(
      { 'elbe.md': elbe, 'main.md': 'Main', 'elbe.qa': 'Q: What?\nA: river\n' },
      { kind: 'delete', ids: ['elbe'] },
    );
    assert.deepEqual(gone.texts, { 'main.md': 'Main', 'elbe.qa': '' });
  });

  it('has no order', async () => {
    const files = { 'elbe.md': 'Elbe.', 'main.md': 'Main' };
    await assert.rejects(
      edited(files, { kind: 'move documents', ids: ['main'], split: 'train', before: 'elbe' }),
      /their order is that of the names/,
    );
  });
});

describe('edits of a text', () => {
  it('are one where they touch, and lead back', () => {
    const edits = [
      { start: 2, end: 4, text: 'x' },
      { start: 4, end: 4, text: 'y' },
      { start: 6, end: 7, text: '' },
    ];
    assert.deepEqual(merged(edits), [
      { start: 2, end: 4, text: 'xy' },
      { start: 6, end: 7, text: '' },
    ]);
    const changed = applyEdits('abcdefgh', edits);
    assert.equal(changed, 'abxyefh');
    assert.equal(applyEdits(changed, inverseOf('abcdefgh', edits)), 'abcdefgh');
  });
});

describe('a replaced range', () => {
  it('is cut down to what differs', () => {
    assert.deepEqual(replaced('abcdef', 1, 5, 'bXe'), [{ start: 2, end: 4, text: 'X' }]);
    assert.deepEqual(replaced('abcdef', 1, 5, 'bcde'), []);
  });
});
