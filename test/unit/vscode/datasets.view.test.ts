import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { Dataset, Problem } from '../../../src/dataset/model';
import { Contents } from '../../../src/vscode/datasets/contents';
import { changeFor, draggedFrom } from '../../../src/vscode/datasets/drop';
import { Marks } from '../../../src/vscode/datasets/marks';
import * as nodes from '../../../src/vscode/datasets/nodes';
import { Places } from '../../../src/vscode/datasets/places';
import { slicesOf } from '../../../src/vscode/datasets/slices';

const holding = { key: 'k', label: 'data', sources: [] };

/** So many documents with two questions each, one line apart; every third document is in `test`. */
function datasetOf(count: number): Dataset {
  const documents = Array.from({ length: count }, (_, n) => {
    const split = n % 3 === 2 ? 'test' : 'train';
    return {
      id: `d${n}`,
      title: `Title ${n}`,
      text: 'Text',
      split,
      source: { file: 'doc.jsonl', line: n + 1, column: 1 },
    };
  });
  const questions = documents.flatMap(({ id, split }, n) =>
    [1, 2].map((ordinal) => {
      const source = { file: 'qa.jsonl', line: 2 * n + ordinal, column: 1 };
      return {
        id: `${id}?${ordinal}`,
        documentId: id,
        question: `What ${ordinal}?`,
        answers: [`a${n}`, 'Ä'],
        split,
        source,
      };
    }),
  );
  return { documents, questions };
}

async function shelfOf(dataset: Dataset, filter = '', problems: Problem[] = []): Promise<nodes.Shelf> {
  const whole = await Contents.of(dataset);
  const marks = new Marks(problems, dataset, await Places.of(dataset));
  return { contents: await Contents.of(dataset, filter), whole, marks };
}

const labels = (list: nodes.Node[]) => list.map((node) => nodes.wordsOf(node).label);

describe('the rows of the Datasets view', () => {
  it('are splits, documents and questions with counts and answers', async () => {
    const shelf = await shelfOf(datasetOf(3));
    const [train, test] = nodes.splitsOf(holding, shelf) as nodes.NodeOf<'split'>[];
    assert.deepEqual(
      [nodes.wordsOf(train).label, nodes.wordsOf(train).description],
      ['train', '2 documents · 4 questions'],
    );
    const [third] = nodes.documentsOf(test) as nodes.NodeOf<'document'>[];
    assert.deepEqual([nodes.wordsOf(third).label, nodes.wordsOf(third).description], ['Title 2', '2 questions']);
    const [, second] = nodes.questionsOf(third);
    assert.deepEqual([nodes.wordsOf(second).label, nodes.wordsOf(second).description], ['What 2?', 'a2 · Ä']);
  });

  it('come in portions where there are many, and know what they are below', async () => {
    const dataset = datasetOf(1800);
    const shelf = await shelfOf(dataset);
    const [train] = nodes.splitsOf(holding, shelf) as nodes.NodeOf<'split'>[];
    const portions = nodes.documentsOf(train) as nodes.NodeOf<'portion'>[];
    assert.deepEqual(labels(portions), ['1 to 500', '501 to 1,000', '1,001 to 1,200']);
    const below = portions.flatMap((portion) => labels(nodes.documentsIn(portion)));
    assert.deepEqual(
      below,
      dataset.documents.filter((one) => one.split === 'train').map(({ title }) => title),
    );
    const row = nodes.questionNode(dataset.questions[1500], { holding, shelf });
    const path: string[] = [];
    for (let node: nodes.Node | undefined = row; node; node = nodes.parentOf(node))
      path.push(nodes.wordsOf(node).label);
    assert.deepEqual(path, ['What 1?', 'Title 750', '501 to 1,000', 'train', 'data']);
    const keys = [train, ...portions, row].map(nodes.keyOf);
    assert.equal(new Set(keys).size, keys.length);
  });

  it('say a split of their own, and several lines on one', async () => {
    const dataset = datasetOf(1);
    Object.assign(dataset.questions[0], { split: 'test', question: 'One\n  two' });
    const [row] = nodes.questionsOf(
      nodes.documentNode(dataset.documents[0], { holding, shelf: await shelfOf(dataset) }),
    );
    assert.deepEqual([nodes.wordsOf(row).label, nodes.wordsOf(row).description], ['One ↵ two', 'a0 · Ä (test)']);
  });

  it('are filtered by titles, questions and answers, whatever the case', async () => {
    const dataset = datasetOf(12);
    const shown = async (filter: string) => {
      const { splits, questions } = await Contents.of(dataset, filter);
      return [splits.flatMap(({ documents }) => documents.map(({ id }) => id)), questions];
    };
    assert.deepEqual(await shown('TITLE 1'), [['d1', 'd10', 'd11'], 6]);
    assert.deepEqual(await shown('a7'), [['d7'], 2]);
    assert.deepEqual((await shown('what 2'))[1], 12);
    assert.deepEqual((await shown('ä'))[1], 24);
    assert.deepEqual(await shown('nowhere'), [[], 0]);
  });

  it('are marked by the problems at their places, and so is what is around them', async () => {
    const dataset = datasetOf(4);
    const problem: Problem = { severity: 'error', file: 'qa.jsonl', line: 6, column: 9, message: 'Bad.' };
    const elsewhere: Problem = { ...problem, file: 'gone.jsonl' };
    const { marks } = await shelfOf(dataset, '', [problem, elsewhere]);
    const marked = [...dataset.documents, ...dataset.questions].filter((item) => marks.of(item).length > 0);
    assert.deepEqual(
      marked.map(({ id }) => id),
      ['d2', 'd2?2'],
    );
    assert.deepEqual([marks.ofSplit('test'), marks.ofSplit('train'), marks.all.length], [[problem], [], 2]);
  });
});

describe('what stands at a place', () => {
  const at = (line: number, column = 1) => ({ source: { file: '/data/a.qa', line, column } });
  const [document, question] = [datasetOf(1).documents[0], datasetOf(1).questions[0]];

  it('is the last document or question that begins there or before, in whatever order they come', async () => {
    const documents = [1, 10].map((line) => ({ ...document, ...at(line) }));
    const questions = [3, 12].map((line) => ({ ...question, ...at(line) }));
    const places = await Places.of({ documents, questions });
    const found = [1, 2, 4, 9, 11, 99].map((line) => places.at('/data/a.qa', line)?.source.line);
    assert.deepEqual(found, [1, 1, 3, 3, 10, 12]);
    assert.equal(places.at('/data/b.qa', 1), undefined);
  });

  it('is the question where a document stands in its row', async () => {
    const places = await Places.of({
      documents: [{ ...document, ...at(1) }],
      questions: [{ ...question, ...at(1) }],
    });
    assert.ok('question' in places.at('/data/a.qa', 1)!);
  });
});

describe('dropping in the Datasets view', () => {
  const rows = async (ids: string[], dataset = datasetOf(9)) => {
    const below = { holding, shelf: await shelfOf(dataset) };
    const at = (id: string): nodes.Node => {
      const found = dataset.documents.find((one) => one.id === id);
      if (found) return nodes.documentNode(found, below);
      const asked = dataset.questions.find((one) => one.id === id);
      return asked
        ? nodes.questionNode(asked, below)
        : nodes.splitsOf(holding, below.shelf).find((one) => nodes.wordsOf(one).label === id)!;
    };
    return ids.map(at);
  };
  const drop = async (target: string, ...ids: string[]) => {
    const [at, ...dragged] = await rows([target, ...ids]);
    return changeFor(draggedFrom(dragged)!, at);
  };

  it('puts questions in the place of a question, or last in a document', async () => {
    assert.deepEqual(await drop('d0?1', 'd0?2'), {
      kind: 'move questions',
      ids: ['d0?2'],
      document: 'd0',
      before: 'd0?1',
    });
    assert.deepEqual(await drop('d0?2', 'd0?1'), {
      kind: 'move questions',
      ids: ['d0?1'],
      document: 'd0',
      before: undefined,
    });
    assert.deepEqual(await drop('d1?2', 'd0?1', 'd3?1'), {
      kind: 'move questions',
      ids: ['d0?1', 'd3?1'],
      document: 'd1',
      before: 'd1?2',
    });
    assert.deepEqual(await drop('d1', 'd0?1'), { kind: 'move questions', ids: ['d0?1'], document: 'd1' });
  });

  it('puts documents in the place of a document, or last in a split', async () => {
    assert.deepEqual(await drop('d1', 'd4', 'd5'), {
      kind: 'move documents',
      ids: ['d4', 'd5'],
      split: 'train',
      before: 'd1',
    });
    assert.deepEqual(await drop('d3', 'd0'), { kind: 'move documents', ids: ['d0'], split: 'train', before: 'd4' });
    assert.deepEqual(await drop('d3?1', 'd8'), { kind: 'move documents', ids: ['d8'], split: 'train', before: 'd3' });
    assert.deepEqual(await drop('test', 'd0'), { kind: 'move documents', ids: ['d0'], split: 'test' });
  });

  it('says where questions cannot go, and keeps to the dataset', async () => {
    await assert.rejects(drop('test', 'd0?1'), { message: 'Drop questions on a document or on a question.' });
    const [target] = await rows(['d0']);
    const foreign = { key: 'other', documents: ['x'], questions: [] };
    assert.throws(() => changeFor(foreign, target), { message: /stay in their dataset/ });
    assert.equal(draggedFrom(await rows(['test'])), undefined);
  });
});

describe('sending a dataset in slices', () => {
  it('leaves nothing out and keeps the order', () => {
    const dataset = datasetOf(1300);
    dataset.documents[3].text = 'x'.repeat(2_000_000);
    const slices = [...slicesOf(dataset)];
    assert.deepEqual(
      slices.flatMap(({ documents }) => documents),
      dataset.documents,
    );
    assert.deepEqual(
      slices.flatMap(({ questions }) => questions),
      dataset.questions,
    );
    assert.ok(slices.every(({ documents, questions }) => documents.length + questions.length <= 500));
    assert.equal(slices[0].documents.at(-1), dataset.documents[3]);
  });
});
