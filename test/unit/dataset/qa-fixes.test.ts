import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { parseQa } from '../../../src/dataset/formats/qa-syntax';
import { type Fix, fixesAt, type Known } from '../../../src/dataset/qa-fixes';

const known: Known = {
  stem: 'nile',
  has: (name) => name === 'rhine',
  nearest: (name) => (name.startsWith('rh') ? 'rhine' : undefined),
  isRepeated: () => false,
};

/** What the text becomes with each of the fixes for a line. */
function fixed(text: string, line: number, changes: Partial<Known> = {}): Record<string, string> {
  const fixes = fixesAt(text, line, { ...known, ...changes });
  return Object.fromEntries(fixes.map((fix) => [fix.title, applied(text, fix)]));
}

function applied(text: string, { span, text: parts }: Fix): string {
  const lines = text.split('\n');
  const offset = ({ line, column }: Fix['span']['start']) =>
    lines.slice(0, line).reduce((sum, one) => sum + one.length + 1, 0) + column;
  return text.slice(0, offset(span.start)) + parts.join('') + text.slice(offset(span.end));
}

describe('fixes of .qa', () => {
  it('name the nearest document, or write it, at the heading and at each question', () => {
    const text = '# rhein\nsplit: test\n\nQ: q\nA: a\n';
    const expected = {
      'Change to "rhine"': '# rhine\nsplit: test\n\nQ: q\nA: a\n',
      'Write the document "rhein" here': '# rhein\nsplit: test\n\nText of the document.\n\nQ: q\nA: a\n',
    };
    assert.deepEqual(fixed(text, 1), expected);
    assert.deepEqual(fixed(text, 4), expected);
    assert.deepEqual(
      fixed('# The Rhine\nid: rhein\n\nQ: q\nA: a', 4)['Change to "rhine"'],
      '# The Rhine\nid: rhine\n\nQ: q\nA: a',
    );
  });

  it('give questions before any heading one', () => {
    assert.deepEqual(fixed('split: test\n\nQ: q\nA: a\n', 3), {
      'Write the document "nile" here': 'split: test\n\n# nile\n\nText of the document.\n\nQ: q\nA: a\n',
    });
    const near = fixed('Q: q\nA: a\n', 1, { stem: 'rhein' });
    assert.equal(near['Change to "rhine"'], '# rhine\n\nQ: q\nA: a\n');
  });

  it('leave what is right', () => {
    const text = '// note\n# rhine\n\nQ: q\n  r\nA: a\n\n# new\n\ntext\n';
    for (let line = 1; line <= 10; line++) assert.deepEqual(fixed(text, line), {}, `line ${line}`);
  });

  it('remove an empty answer with all its lines', () => {
    assert.deepEqual(fixed('# rhine\nQ: q\nA: a\nA:\nQ: r\nA: b', 4), {
      'Remove this empty answer': '# rhine\nQ: q\nA: a\nQ: r\nA: b',
    });
    assert.deepEqual(fixed('# rhine\nQ: q\nA: \\\n   \\\nA: b', 3), {
      'Remove this empty answer': '# rhine\nQ: q\nA: b',
    });
  });

  it('begin an answer where there is none, below the fields', () => {
    assert.deepEqual(fixed('# rhine\n\nQ: q\nid: x', 3), { 'Write an answer': '# rhine\n\nQ: q\nid: x\nA: answer' });
  });

  it('remove an empty question and one that was asked before', () => {
    assert.equal(fixed('# rhine\nQ:\nA: a\nQ: r\nA: a', 2)['Remove this empty question'], '# rhine\nQ: r\nA: a');
    const repeated = fixed('# rhine\nQ: q\nA: a\n\nQ: q\nid: x\nA: b\n', 5, { isRepeated: (line) => line === 5 });
    assert.deepEqual(repeated, { 'Remove this repeated question': '# rhine\nQ: q\nA: a\n\n' });
  });

  it('give a heading a title, and remove a field that is not wanted', () => {
    assert.deepEqual(fixed('#\n\ntext', 1), { 'Give this heading a title': '# Title\n\ntext' });
    assert.deepEqual(fixed('# rhine\nid: a\nid: b\ntext', 3), { 'Remove this line': '# rhine\nid: a\ntext' });
  });

  it('put lines in their place that have none', () => {
    const cases: [string, number, string, string][] = [
      ['# rhine\nQ: q\nA: a\nb', 4, 'Indent it, to go on with the line above', '# rhine\nQ: q\nA: a\n   b'],
      ['# rhine\nQ: q\nA: a\n\n\n  b', 6, 'Join it to the line above', '# rhine\nQ: q\nA: a\n  b'],
      ['# rhine\ntext\nA: a', 3, 'Write its question above', '# rhine\ntext\nQ: question\nA: a'],
      ['text', 1, 'Put a heading above', '# nile\n\ntext'],
      ['# rhine\nQ: q\nA: a\n\nb', 5, 'Make it a comment', '# rhine\nQ: q\nA: a\n\n// b'],
    ];
    for (const [text, line, title, expected] of cases) {
      assert.equal(fixed(text, line)[title], expected);
      assert.equal(parseQa(text).faults.length, 1, text);
      assert.deepEqual(parseQa(expected).faults, [], title);
    }
  });
});
