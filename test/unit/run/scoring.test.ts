import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rescore, scoreRows } from '../../../src/run/scoring';
import { removePlaces, temporaryPlace } from './folders';
import { sampleRun } from './samples';

function fileOf(content: string | Buffer): string {
  const file = join(temporaryPlace(), 'rows.jsonl');
  writeFileSync(file, content);
  return file;
}

describe('scoring without a model', () => {
  afterEach(removePlaces);

  it('judges stored predictions again', () => {
    const stage = { name: 'docs', losses: [1], kind: 'documentLoss' as const, perplexity: 2, right: 4, train: 1 };
    const folder = sampleRun({}, [stage]);
    const stored = folder.readPredictions('predictions/test-1.jsonl');
    const spoilt = stored.map((prediction) => ({ ...prediction, exactMatch: false, recall: false, rougeL: 0 }));
    folder.writePredictions('old', spoilt);
    const { metrics, predictions } = rescore(folder.file('predictions', 'old.jsonl'));
    assert.deepEqual(predictions, stored);
    assert.deepEqual([metrics.count, metrics.exactMatch.value, metrics.rougeL.value], [10, 0.4, 0.4]);
  });

  it('rates rows with one answer or several, raw and normalised', () => {
    const file = fileOf(
      '\ufeff{"question": "Who?", "answer": "The Ann", "prediction": "ann."}\r\n' +
        '\r\n{"answers": ["Rome", "Roma"], "prediction": "in ROMA!"}',
    );
    const { metrics, rows, problems } = scoreRows(file);
    assert.deepEqual(problems, []);
    assert.deepEqual([metrics.count, metrics.exactMatch.value, metrics.recall.value], [2, 0.5, 1]);
    assert.deepEqual(rows[1], {
      line: 3,
      question: undefined,
      answers: ['Rome', 'Roma'],
      prediction: 'in ROMA!',
      normalizedAnswers: ['rome', 'roma'],
      normalizedPrediction: 'in roma',
      exactMatch: false,
      recall: true,
      rougeL: 2 / 3,
    });
    assert.equal(rows[0].question, 'Who?');
  });

  it('reports every bad row with its line and field, and rates the others', () => {
    const bad = [
      '{"answer": "x"}',
      '{"answer": 5, "prediction": "x"}',
      '{"answers": [], "prediction": "x"}',
      '{"answers": "x", "prediction": "x"}',
      '{"answer": " ", "prediction": "x"}',
      '{"prediction": null}',
      '{"answer": "x", "answers": ["x"], "prediction": "x"}',
      '[1]',
      '{"answer": ',
      '{"question": 1, "answer": "x", "prediction": "x"}',
    ];
    const bytes = Buffer.concat([Buffer.from(bad.join('\n') + '\n'), Buffer.from([0xff, 0xfe, 0x0a])]);
    const { rows, problems } = scoreRows(fileOf(bytes));
    assert.deepEqual(
      problems.map(({ line, field }) => [line, field]),
      [
        [1, 'prediction'],
        [2, 'answer'],
        [3, 'answers'],
        [4, 'answers'],
        [5, 'answer'],
        [6, 'answer'],
        [6, 'prediction'],
        [7, 'answers'],
        [8, undefined],
        [9, undefined],
        [10, 'question'],
        [11, undefined],
      ],
    );
    assert.deepEqual(
      rows.map(({ line }) => line),
      [10],
    );
  });

  it('says where there is no file', () => {
    assert.throws(() => scoreRows('/nowhere/rows.jsonl'), /^UserError: \/nowhere\/rows\.jsonl cannot be read/);
    assert.throws(() => rescore('/nowhere/rows.jsonl'), /^UserError: \/nowhere\/rows\.jsonl does not exist/);
  });
});
