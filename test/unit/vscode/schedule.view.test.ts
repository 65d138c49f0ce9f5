import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readBatch, wrongBatch, wrongCount, wrongRate } from '../../../src/vscode/schedule/entries';
import { contextOf, wordsOf } from '../../../src/vscode/schedule/labels';
import { keyOf, type Node, portions, portionSize } from '../../../src/vscode/schedule/nodes';
import { moved } from '../../../src/vscode/schedule/order-change';
import type { StageOutline } from '../../../src/vscode/schedule/protocol';
import { recipeItems } from '../../../src/vscode/schedule/recipe-words';
import { SheetWriter, spansOf } from '../../../src/vscode/schedule/sheet';

const outline: StageOutline = {
  number: 2,
  name: 'train QA + train doc',
  parts: ['questions:train', 'documents:train'],
  epochs: 3,
  rate: 3e-5,
  batch: { examples: 256 },
  arrangement: 'interleaved',
  first: 'questions',
  documentWeights: { answer: 1, other: 1 },
  keptQuestions: 0,
  documents: 1200,
  questions: 1,
  leftOut: 0,
  passes: 3,
};
const at = { variant: 1, seed: 1, stage: 2, epoch: 1 };
const stage = (fields: Partial<StageOutline>): Node => ({ kind: 'stage', at, outline: { ...outline, ...fields } });

describe('rows of the Schedule view', () => {
  it('say what a stage does', () => {
    const { label, description, tooltip } = wordsOf(stage({}));
    assert.equal(label, '2. train QA + train doc');
    assert.equal(description, 'interleaved, questions first · 3 epochs · rate 3e-5 · 1,200 documents, 1 question');
    assert.match(tooltip!, /questions:train \+ documents:train\n.*\npeak rate 3e-5, batches of 256 examples/);
  });

  it('say what a hand-made order leaves out', () => {
    const words = wordsOf(stage({ arrangement: 'manual', leftOut: 7 }));
    assert.match(words.description!, /^manual · /);
    assert.match(words.tooltip!, /7 examples of its parts left out by the order/);
  });

  it('say that a grouped pass holds all epochs', () => {
    const grouped = { ...outline, arrangement: 'grouped' as const, passes: 1 };
    assert.deepEqual(wordsOf({ kind: 'epoch', at, outline: grouped }).label, 'All 3 epochs');
    assert.match(wordsOf({ kind: 'epoch', at, outline: grouped }).description!, /^3,603 examples/);
    assert.equal(wordsOf({ kind: 'epoch', at: { ...at, epoch: 2 }, outline }).label, 'Epoch 2');
  });

  it('name examples by title or question, and their place', () => {
    const source = { file: '/data/qa.jsonl', line: 7 };
    const row = { kind: 'question' as const, id: 'a?1', label: 'Who is Ada?', documentId: 'a', split: 'train', source };
    const words = wordsOf({ kind: 'example', at, outline, row, place: 1999 });
    assert.deepEqual([words.label, words.description], ['Who is Ada?', 'a?1']);
    assert.match(words.tooltip!, /^2,000\. question a\?1 \(train\)\nabout a\n\/data\/qa\.jsonl:7$/);
  });

  it('tell menus what can be switched', () => {
    assert.equal(contextOf(stage({})), 'stage interleaved questions-first mixed');
    assert.equal(contextOf(stage({ arrangement: 'shuffled', parts: ['documents:train'] })), 'stage shuffled');
    assert.equal(contextOf(stage({ arrangement: 'manual' })), 'stage manual mixed');
  });

  it('have keys of their own', () => {
    const source = { file: '', line: 1 };
    const row = { kind: 'document' as const, id: 'a', label: 'a', documentId: 'a', split: 'train', source };
    const nodes: Node[] = [
      stage({}),
      { kind: 'epoch', at, outline },
      { kind: 'step', at, outline, step: 1, from: 0, to: 3 },
      { kind: 'portion', of: 'steps', at, outline, from: 0, to: 3 },
      { kind: 'portion', of: 'examples', at, outline, from: 0, to: 3 },
      { kind: 'example', at, outline, row, place: 0 },
      { kind: 'example', at, outline, row, place: 1 },
      { kind: 'note', under: '1', text: 'x' },
      { kind: 'note', under: '2', text: 'x' },
    ];
    assert.equal(new Set(nodes.map(keyOf)).size, nodes.length);
  });
});

describe('portions of a long list', () => {
  it('hold it whole, are few, and get shorter the deeper one goes', () => {
    fc.assert(
      fc.property(fc.nat(1000), fc.integer({ min: 0, max: 10_000_000 }), (from, length) => {
        const parts = portions(from, from + length);
        if (!parts) return assert.ok(length <= portionSize);
        assert.ok(parts.length > 1 && parts.length <= portionSize, String(parts.length));
        assert.equal(parts[0][0], from);
        assert.equal(parts.at(-1)![1], from + length);
        parts.slice(1).forEach(([start], index) => assert.equal(start, parts[index][1]));
        assert.ok(parts.every(([start, end]) => end > start && end - start < length));
      }),
    );
  });
});

describe('moving several together', () => {
  it('keeps their order and that of the rest', () => {
    assert.deepEqual(moved(['a', 'b', 'c', 'd', 'e'], [3, 0], 2), ['b', 'a', 'd', 'c', 'e']);
    assert.deepEqual(moved(['a', 'b', 'c'], [0], Infinity), ['b', 'c', 'a']);
    assert.deepEqual(moved(['a', 'b', 'c'], [1], 1), ['a', 'b', 'c']);
  });
});

describe('what people type', () => {
  it('is read or refused', () => {
    assert.deepEqual(
      [readBatch('256'), readBatch(' 2048 tokens '), readBatch('8 examples')],
      [256, { tokens: 2048 }, 8],
    );
    assert.deepEqual([readBatch('0'), readBatch('x'), readBatch('')], [undefined, undefined, undefined]);
    assert.deepEqual([wrongCount('3'), wrongRate('3e-5'), wrongBatch('8')], [undefined, undefined, undefined]);
    for (const wrong of [wrongCount('0'), wrongCount('1.5'), wrongRate('0'), wrongRate(''), wrongBatch('-1')])
      assert.ok(wrong);
  });
});

describe('the list of recipes', () => {
  it("shows the paper's symbol, phases and numbers", () => {
    const pit = recipeItems().find(({ key }) => key === 'pit')!;
    assert.equal(pit.label, '⑦  Pre-instruction-tuning');
    assert.equal(pit.detail, 'train QA + train doc → test doc · 7B 45.4 / 51.2 / 63.2 · 70B 62.7 / 68.6 / 78.8');
    const [zeroShot, closedBook] = recipeItems();
    assert.equal(zeroShot.label, 'Zero-shot, nothing trained');
    assert.equal(closedBook.label, 'Closed-book, nothing trained');
  });
});

describe('a sheet of tokens', () => {
  const token = (text: string, weight: number) => ({ id: text.length, text, weight });

  it('says in words how tokens count, and where each stands', () => {
    const writer = new SheetWriter();
    writer.heading(1, 'Question a?1');
    writer.tokens([token('<bos>', 0), token('Who?', 0), token('·Ada', 1), token('<eos>', 1), token('.', 0.5)], 1);
    writer.padding(3);
    const sheet = writer.sheet();
    assert.deepEqual(sheet.text.split('\n'), [
      'Question a?1',
      '  only read       <bos>Who?',
      '  weight 1        ·Ada<eos>',
      '  weight 0.5      .',
      '  padding         3 empty places',
      '',
    ]);
    const lines = sheet.text.split('\n');
    const found = spansOf(sheet).map(({ line, start, end, look }) => [lines[line].slice(start, end), look]);
    assert.deepEqual(found, [
      ['<bos>', 'read'],
      ['Who?', 'read'],
      ['·Ada', 'full'],
      ['<eos>', 'full'],
      ['.', 'half'],
    ]);
    assert.deepEqual(
      spansOf(sheet, 2, 3).map(({ start }) => start),
      [18, 22],
    );
  });

  it('breaks long lines between tokens', () => {
    const writer = new SheetWriter();
    writer.tokens(
      Array.from({ length: 100 }, () => token('·word', 1)),
      1,
    );
    const lines = writer.sheet().text.trimEnd().split('\n');
    assert.ok(lines.every((line) => line.length <= 100));
    assert.equal(lines.map((line) => line.slice(18)).join(''), '·word'.repeat(100));
    assert.ok(lines.slice(1).every((line) => line.startsWith(' '.repeat(18))));
  });
});
