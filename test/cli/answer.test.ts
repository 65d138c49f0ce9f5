/** The answering process says what the run's own evaluation said, whatever stands around a question. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import type { Prediction } from '../../src/run/events';
import { RunFolder } from '../../src/run/folder';
import { summarizeRun } from '../../src/run/summary';
import type { AnswererLine } from '../../src/trainer/answerer-lines';
import { type Finished, finish, makeWorld, pit, writeExperiment } from './small';

const program = resolve(__dirname, '../../dist/answerer.cjs');

function startAnswerer(run: string, model: string): ChildProcess {
  return spawn(process.execPath, [program, run, model], { stdio: ['pipe', 'pipe', 'pipe'] });
}

function askAll(run: string, model: string, questions: readonly unknown[]): Promise<Finished> {
  const child = startAnswerer(run, model);
  child.stdin?.end(questions.map((question) => `${JSON.stringify(question)}\n`).join(''));
  return finish(child);
}

const linesOf = ({ stdout }: Finished) =>
  stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as AnswererLine);
const answersIn = (finished: Finished) => linesOf(finished).flatMap((line) => ('answer' in line ? [line.answer] : []));
const asked = ({ id, documentId, split, question, answers }: Prediction) => ({
  id,
  documentId,
  split,
  question,
  answers,
});

function resultOf(path: string): Prediction[] {
  const folder = RunFolder.open(path);
  return folder.readPredictions(summarizeRun(folder).predictions!);
}

describe('the answering process', () => {
  let root: string;
  let run: string;
  let model: string;
  let predictions: Prediction[];

  before(async () => {
    root = (await makeWorld()).root;
    const { code, stderr } = await pit('run', join(root, 'small.pit.json'), '--out', join(root, 'out'));
    assert.equal(code, 0, stderr);
    run = join(root, 'out/pit-seed1');
    const last = RunFolder.open(run)
      .readEvents()
      .events.findLast((event) => event.type === 'checkpoint')!;
    model = join(run, last.folder);
    predictions = resultOf(run);
  });

  it('is ready before it is asked', async () => {
    const lines = linesOf(await askAll(run, model, []));
    assert.deepEqual(Object.keys(lines[0]), ['ready']);
    assert.equal(lines.length, 1);
  });

  it("gives the last checkpoint's predictions, in the order of the questions", async () => {
    assert.ok(predictions.length > 20);
    const backwards = [...predictions].reverse();
    assert.deepEqual(answersIn(await askAll(run, model, backwards.map(asked))), backwards);
  });

  it('judges by the answers that it is given', async () => {
    const [first] = predictions;
    const [answer] = answersIn(await askAll(run, model, [{ ...asked(first), answers: [first.prediction] }]));
    assert.equal(answer.exactMatch, true);
  });

  it('puts questions as the recipe does', async () => {
    const file = writeExperiment(root, { model, recipes: ['open-book'] }, 'open');
    const { code, stderr } = await pit('run', file, '--out', join(root, 'open'));
    assert.equal(code, 0, stderr);
    const expected = resultOf(join(root, 'open/open-book-seed1')).slice(0, 5);
    assert.ok(expected[0].prompt.length > expected[0].question.length + 100);
    const finished = await askAll(join(root, 'open/open-book-seed1'), model, expected.map(asked));
    assert.deepEqual(answersIn(finished), expected);
  });

  it('says in one sentence why it can’t answer', async () => {
    const finished = await askAll(run, join(root, 'nowhere'), [asked(predictions[0])]);
    assert.equal(finished.code, 1);
    const [line, ...more] = linesOf(finished);
    assert.ok('failed' in line && /nowhere/.test(line.failed) && !line.failed.includes('\n'));
    assert.deepEqual(more, []);
  });
});
