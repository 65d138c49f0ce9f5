/** A folder with a dataset of many questions and an experiment on it, and the answers of a run to all of them. */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Prediction } from '../src/run/events';
import { RunFolder } from '../src/run/folder';
import { identity } from '../test/unit/run/folders';

const questionsEach = 5;

/** @returns the folder's path */
export function makeMany(questions: number): string {
  const folder = mkdtempSync(join(tmpdir(), 'pit-bench-'));
  mkdirSync(join(folder, 'data/train'), { recursive: true });
  mkdirSync(join(folder, 'data/test'));
  const ids = Array.from({ length: questions / questionsEach }, (_, i) => `person-${i}`);
  const documents = ids.map((id, i) => ({ wiki_id: id, title: `Person ${i}`, text: `Person ${i} is known for much.` }));
  const write = (name: string, rows: object[]) =>
    writeFileSync(join(folder, 'data', name), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  write('train/doc.jsonl', documents);
  write('train/qa.jsonl', ids.flatMap(questionsOf));
  write('test/doc.jsonl', [{ wiki_id: 'nobody', title: 'Nobody', text: 'Nobody is known for nothing.' }]);
  write('test/qa.jsonl', questionsOf('nobody', 0));
  writeFileSync(join(folder, 'many.pit.json'), JSON.stringify(experiment('data')));
  return folder;
}

function questionsOf(id: string, i: number) {
  return Array.from({ length: questionsEach }, (_, fact) => ({
    wiki_id: id,
    question: `What is fact ${fact} of ${id}?`,
    answer: `answer ${i * fact}`,
  }));
}

function experiment(data: string) {
  return { name: 'many', model: { preset: 'nano' }, data, splits: { train: 'train', test: 'test' }, recipes: ['pit'] };
}

/** A finished run that has been asked every question, and answered every second one right. */
export function addRun(folder: string, questions: number): void {
  const run = RunFolder.create(join(folder, 'runs/many'), identity);
  run.writeJson('experiment.json', experiment(join(folder, 'data')));
  const ids = Array.from({ length: questions / questionsEach }, (_, i) => `person-${i}`);
  const answers = ids.flatMap((id, i) => questionsOf(id, i).map((asked, fact) => prediction(id, fact, asked)));
  const time = '2024-05-26T10:00:00.000Z';
  const at = { time, stage: 1, epoch: 1, step: 10, seconds: 1 };
  const predictions = run.writePredictions('train-1', answers);
  run.appendEvent({ type: 'stage-started', time, stage: 1, name: 'all', epochs: 1, steps: 10 });
  run.appendEvent({ type: 'evaluated', ...at, extent: 'full', split: 'train', predictions });
  run.appendEvent({ type: 'finished', time, seconds: 100 });
}

function prediction(id: string, fact: number, { question, answer }: { question: string; answer: string }): Prediction {
  const exactMatch = fact % 2 === 0;
  const output = exactMatch ? answer : 'something else';
  const asked = { id: `${id}?${fact + 1}`, documentId: id, split: 'train', question, prompt: question };
  return { ...asked, answers: [answer], output, prediction: output, exactMatch, recall: exactMatch, rougeL: 0 };
}
