import assert from 'node:assert/strict';
import fc from 'fast-check';
import { findNodeAtLocation, parse, parseTree } from 'jsonc-parser';
import { applyEdits } from '../../../src/dataset/edit/text';
import { rewriteChildren, type Wanted } from '../../../src/schedule/edit-children';
import { longestRising } from '../../../src/schedule/rising';

const read = (text: string) => parse(text, [], { allowTrailingComma: true });

function rewrite(text: string, wanted: readonly Wanted[], path: string[] = []): string {
  const root = parseTree(text, [], { allowTrailingComma: true })!;
  return applyEdits(text, rewriteChildren(text, findNodeAtLocation(root, path)!, wanted));
}

const stages = `{
  "stages": [ // in this order
    // reads about people
    { "a": 1 }, // one

    /* asks */
    { "b": 2 },
    { "c": 3 } // three
    // nothing more
  ]
}
`;

describe('edits of a JSON list', () => {
  it('take the comments of an item along', () => {
    assert.equal(
      rewrite(stages, [2, 0, 1], ['stages']),
      `{
  "stages": [ // in this order
    { "c": 3 }, // three

    // reads about people
    { "a": 1 }, // one
    /* asks */
    { "b": 2 }
    // nothing more
  ]
}
`,
    );
  });

  it('remove an item with its own comments and no other', () => {
    assert.equal(
      rewrite(stages, [0, 2], ['stages']),
      `{
  "stages": [ // in this order
    // reads about people
    { "a": 1 }, // one

    { "c": 3 } // three
    // nothing more
  ]
}
`,
    );
  });

  it('never let a comment swallow what comes behind it', () => {
    assert.deepEqual(read(rewrite('[1, 2 // two\n]', [1, 0])), [2, 1]);
    assert.deepEqual(read(rewrite('[1 // one\n, 2]', [1, 0])), [2, 1]);
    assert.deepEqual(read(rewrite('[1 // one\n]', [0, { text: '2' }])), [1, 2]);
  });

  it('fill what was empty and empty what was full', () => {
    assert.equal(rewrite('{}', [{ text: '"a": 1' }]), '{ "a": 1 }');
    assert.equal(rewrite('[]', [{ text: '1' }, { text: '2' }]), '[1, 2]');
    assert.equal(rewrite('[1, 2]', []), '[]');
  });

  it('keep a trailing comma', () => {
    assert.equal(rewrite('[\n  1,\n  2,\n]', [1, 0]), '[\n  2,\n  1,\n]');
    assert.equal(rewrite('[\n  1,\n  2,\n]', [0, 1, { text: '3' }]), '[\n  1,\n  2,\n  3,\n]');
  });

  it('touch nothing but what moves', () => {
    const numbers = Array.from({ length: 1000 }, (_, number) => number);
    const text = JSON.stringify(numbers, null, 2);
    const moved = [...numbers.slice(0, 10), 900, ...numbers.slice(10, 900), ...numbers.slice(901)];
    const edits = rewriteChildren(text, parseTree(text)!, moved);
    assert.ok(
      edits.reduce((sum, { start, end, text }) => sum + end - start + text.length, 0) < 40,
      JSON.stringify(edits),
    );
    assert.deepEqual(read(applyEdits(text, edits)), moved);
  });
});

/** A list of numbers with comments and white space anywhere between; comments are numbered. */
const list = fc
  .array(fc.array(fc.constantFrom(' ', '\n', '// c\n', '/* c */', '\n    '), { maxLength: 3 }), {
    minLength: 2,
    maxLength: 20,
  })
  .chain((gaps) => fc.tuple(fc.constant(gaps), fc.boolean()))
  .map(([gaps, trailing]) => {
    let count = 0;
    const spaces = gaps.map((gap) => gap.join('').replace(/c/g, () => `c${count++}`));
    const items = Math.floor((spaces.length - 1) / 2);
    const body = Array.from({ length: items }, (_, item) => {
      const comma = item < items - 1 || trailing ? ',' : '';
      return `${spaces[2 * item]}${item}${spaces[2 * item + 1]}${comma}`;
    });
    return { text: `[${body.join('')}${spaces.at(-1)}]`, items };
  });

describe('any edit of a JSON list', () => {
  it('reads as what was wanted and keeps every comment of what stays', () => {
    const wish = list.chain(({ text, items }) =>
      fc.tuple(
        fc.constant(text),
        fc.shuffledSubarray(
          Array.from({ length: items }, (_, item) => item),
          { minLength: items },
        ),
        fc.nat(items),
      ),
    );
    fc.assert(
      fc.property(wish, ([text, order, place]) => {
        const wanted: Wanted[] = [...order.slice(0, place), { text: '99' }, ...order.slice(place)];
        const result = rewrite(text, wanted);
        assert.deepEqual(read(result), [...order.slice(0, place), 99, ...order.slice(place)]);
        assert.deepEqual(commentsOf(result), commentsOf(text));
      }),
      { numRuns: 500 },
    );
  });

  it('changes nothing if nothing is to change', () => {
    fc.assert(
      fc.property(list, ({ text, items }) => {
        assert.equal(
          rewrite(
            text,
            Array.from({ length: items }, (_, item) => item),
          ),
          text,
        );
      }),
    );
  });
});

function commentsOf(text: string): string[] {
  return [...text.matchAll(/c\d+/g)].map(([comment]) => comment).sort();
}

describe('a longest rising selection', () => {
  it('is found', () => {
    assert.deepEqual([...longestRising([5, 0, 1, -1, 4, 2, 3])].sort(), [1, 2, 5, 6]);
    assert.deepEqual([...longestRising([])], []);
  });
});
