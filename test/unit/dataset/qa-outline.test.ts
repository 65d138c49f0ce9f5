import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import fc from 'fast-check';
import { parseQa } from '../../../src/dataset/formats/qa-syntax';
import { formatQa } from '../../../src/dataset/formats/qa-write';
import type { Span } from '../../../src/dataset/mentions/mention';
import { foldsOf, idleHeadings, type OutlineItem, outlineOf } from '../../../src/dataset/qa-outline';
import { anyDataset } from './arbitrary';

const text = `// one
// two
Q: before
A: any heading

# The Rhine
id: rhine

It rises.

It flows.

Q: Where?
id: w
A: Here
   and there

#
# Elbe
Q:
// end
`;

const show = ({ start, end }: Span) => `${start.line}:${start.column}-${end.line}:${end.column}`;
const told = (items: readonly OutlineItem[]): unknown[] =>
  items.map(({ kind, name, detail, span, selection, children }) => [
    [kind, name, detail, show(span), show(selection)].join(' | '),
    ...told(children),
  ]);

describe('the outline of .qa', () => {
  it('holds documents with their questions, each with its place', () => {
    assert.deepEqual(told(outlineOf(text)), [
      ['question | before | any heading | 2:0-3:14 | 2:3-2:9'],
      [
        'document | The Rhine | rhine | 5:0-15:12 | 5:2-5:11',
        ['question | Where? | Here and there | 12:0-15:12 | 12:3-12:9'],
      ],
      ['reference | (no title) |  | 17:0-17:1 | 17:1-17:1'],
      ['reference | Elbe |  | 18:0-19:2 | 18:2-18:6', ['question | (no question) |  | 19:0-19:2 | 19:2-19:2']],
    ]);
  });

  it('can be folded, comments too', () => {
    assert.deepEqual(foldsOf(text), [
      { start: 2, end: 3 },
      { start: 5, end: 15 },
      { start: 12, end: 15 },
      { start: 18, end: 19 },
      { start: 0, end: 1, comment: true },
    ]);
  });

  it('knows headings that nothing follows', () => {
    const lines = idleHeadings(parseQa('# a\n\n# b\ntext\n# c\nQ: q\n# d\nid: x\n#')).map(({ line }) => line);
    assert.deepEqual(lines, [1, 7]);
  });

  it('keeps every name within its item and every item within its parent', () =>
    fc.assert(
      fc.property(anyDataset, (dataset) => {
        const within = (outer: Span, inner: Span) =>
          (inner.start.line - outer.start.line || inner.start.column - outer.start.column) >= 0 &&
          (outer.end.line - inner.end.line || outer.end.column - inner.end.column) >= 0;
        const check = (items: readonly OutlineItem[]): boolean =>
          items.every(
            ({ span, selection, children }) =>
              within(span, selection) && children.every((child) => within(span, child.span)) && check(children),
          );
        const items = outlineOf(formatQa(dataset));
        assert.ok(check(items));
        assert.equal(items.length, dataset.documents.length);
      }),
    ));
});
