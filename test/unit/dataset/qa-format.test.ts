import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import fc from 'fast-check';
import { formatQa } from '../../../src/dataset/formats/qa-write';
import { parseQa } from '../../../src/dataset/formats/qa-syntax';
import { prettyQa } from '../../../src/dataset/qa-format';
import { anyDataset } from './arbitrary';
import { content, loadFiles } from './folder';

const untidy = `

//  the head
split:test


domain:   rivers
#   Rhine
id:rhine
It rises in the Alps.


  It is long.
Q:Where does it rise?

A:   In the Alps
//  or so
A:\tAlps
 and so on
//  about the next one
Q: How long?
A: 1233 km


`;

const tidy = `//  the head
split: test
domain: rivers

# Rhine
id: rhine

It rises in the Alps.


  It is long.

Q: Where does it rise?
A: In the Alps
//  or so
A: Alps
   and so on

//  about the next one
Q: How long?
A: 1233 km
`;

/** Lines that change each other's meaning. */
const anyLine = fc.constantFrom(
  ...[
    '',
    ' ',
    '# A',
    '#',
    '#\tB ',
    'Q: a',
    'Q:',
    'Q:b ',
    'A:',
    'A:  b\\',
    'A: c',
    '  d',
    '\te ',
    ' \\',
    '//c ',
    ' // d',
  ],
  ...['id: x', 'id:y', 'split:', 'domain: z', 'title:T', 'text', 'more text  ', '\\# text', '\uFEFFtext', 'Quite'],
);
const anyLines = fc.array(anyLine, { maxLength: 14 });
const lineEnds = fc.constantFrom('\n', '\r\n');

describe('formatting of .qa', () => {
  it('tidies marks, continuations and blank lines, and leaves texts and comments', () => {
    assert.equal(prettyQa(untidy), tidy);
  });

  it('keeps CRLF line ends', () => {
    assert.equal(prettyQa('Q:a\r\nA:b\r\n\r\n'), 'Q: a\r\nA: b\r\n');
  });

  it('leaves a file that was written by the program as it is', () =>
    fc.assert(
      fc.property(anyDataset, (dataset) => {
        const text = formatQa(dataset);
        fc.pre(!text.includes('\r'));
        assert.equal(prettyQa(text), text);
      }),
    ));

  it('changes nothing the second time', () =>
    fc.assert(
      fc.property(anyLines, lineEnds, (lines, lineEnd) => {
        const once = prettyQa(lines.join(lineEnd));
        assert.equal(prettyQa(once), once);
      }),
      { numRuns: 3000 },
    ));

  it('keeps every value and every fault', () =>
    fc.assert(
      fc.property(anyLines, lineEnds, (lines, lineEnd) => {
        const text = lines.join(lineEnd);
        assert.deepEqual(values(prettyQa(text)), values(text));
      }),
      { numRuns: 3000 },
    ));

  it('keeps the dataset and its problems', () =>
    fc.assert(
      fc.asyncProperty(anyDataset, anyLines, fc.nat(), async (dataset, extra, at) => {
        const lines = formatQa(dataset).split('\n');
        lines.splice(at % lines.length, 0, ...extra);
        const text = lines.join('\n');
        const [before, after] = [await loadFiles({ 'a.qa': text }), await loadFiles({ 'a.qa': prettyQa(text) })];
        assert.deepEqual(content(after.dataset), content(before.dataset));
        const told = (loaded: typeof before) =>
          loaded.problems.filter(({ severity }) => severity === 'error').map(({ message }) => unplaced(message));
        assert.deepEqual(told(after), told(before));
      }),
      { numRuns: 300 },
    ));
});

/** What a text says, without where. */
function values(text: string): unknown {
  const { attributes, blocks, faults } = parseQa(text);
  const bare = (_: string, value: unknown) =>
    typeof value === 'object' && value !== null && 'line' in value && 'value' in value ? value.value : value;
  return JSON.parse(JSON.stringify({ attributes, blocks, faults: faults.map(({ message }) => message) }, bare));
}

function unplaced(message: string): string {
  return message.replace(/ at .*$/s, '');
}
