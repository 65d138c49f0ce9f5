/** Answers beside the questions in a real window: a small run that is really trained, its verdicts, and its checkpoint asked. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { Prediction } from '../../../src/run/events';
import { RunFolder } from '../../../src/run/folder';
import { summarizeRun } from '../../../src/run/summary';
import type { Lab, Results } from '../../../src/vscode/lab';
import type { TestRunSummary } from '../../../src/vscode/results/test-report';
import { next, theLab, until, workspaceFile } from '../support';

describe('Results', function () {
  this.timeout(120_000);
  let lab: Lab;
  let results: Results;
  let path: string;
  let file: vscode.Uri;
  const ended: TestRunSummary[] = [];
  let predictions: Prediction[];

  before(async () => {
    lab = await theLab();
    results = lab.results!;
    file = workspaceFile('rivers.qa');
    results.onDidEndTestRun((summary) => ended.push(summary));
    const choice = { variants: ['pit'], seeds: [1] };
    [path] = (await vscode.commands.executeCommand<string[]>('pit.run', workspaceFile('people.pit.json'), choice))!;
    await until(() => lab.runs.get(path)?.state === 'finished');
    lab.runs.choose(path);
    const folder = RunFolder.open(path);
    predictions = folder.readPredictions(summarizeRun(folder).predictions!);
  });

  const predictionOf = (question: string) => predictions.find((prediction) => prediction.question === question)!;

  it('publishes the evaluation at the end of each stage as a test run, without asking the model', async () => {
    await until(() => ended.length === 2);
    assert.deepEqual(
      ended.map(({ name }) => name),
      [1, 2].map((stage) => `⑦ Pre-instruction-tuning, seed 1, after stage ${stage}`),
    );
    const [first] = summarizeRun(RunFolder.open(path)).stages;
    assert.equal(ended[0].passed.length, first.test!.exactMatch.value * first.test!.count);
    const { passed, failed, errored } = ended[1];
    const right = predictions.filter(({ exactMatch }) => exactMatch).map(({ id }) => id);
    const wrong = predictions.filter(({ exactMatch }) => !exactMatch);
    assert.deepEqual(passed.sort(), right.sort());
    assert.deepEqual(failed.map(({ id }) => id).sort(), wrong.map(({ id }) => id).sort());
    const gold = new Map(wrong.map(({ id, answers, prediction }) => [id, [answers.join('\n'), prediction]]));
    for (const { id, expected, actual } of failed) assert.deepEqual([expected, actual], gold.get(id));
    assert.deepEqual(errored, []);
  });

  it('makes items for questions at their lines', () => {
    const items: vscode.TestItem[] = [];
    const collect = (item: vscode.TestItem) => (items.push(item), item.children.forEach(collect));
    results.controller.items.forEach(collect);
    const rise = items.find(({ label }) => label === 'Where does the Rhine rise?')!;
    assert.equal(rise.uri?.fsPath, file.fsPath);
    assert.equal(rise.range?.start.line, 5);
    assert.equal(rise.parent?.label, 'The Rhine');
    assert.equal(rise.parent?.parent?.label, 'test');
  });

  it('makes no items for questions before somebody opens their document', async () => {
    const train = await itemAt(results, ['train']);
    assert.equal(train.children.size, 0);
    await results.controller.resolveHandler!(train);
    const documents = [...train.children].map(([, item]) => item);
    assert.ok(documents.length > 1);
    assert.deepEqual(
      documents.filter(({ children, canResolveChildren }) => children.size > 0 || !canResolveChildren),
      [],
    );
    await results.controller.resolveHandler!(documents[0]);
    assert.ok(documents[0].children.size > 0);
    assert.deepEqual(
      documents.slice(1).filter(({ children }) => children.size > 0),
      [],
    );
  });

  it("writes the model's answer after each answer of a .qa file", async () => {
    const document = await vscode.workspace.openTextDocument(file);
    await vscode.window.showTextDocument(document);
    const verdicts = await results.verdicts(document);
    const [rise, sea] = verdicts.map(({ line, text, mark, tone }) => ({ line, text, mark, tone }));
    for (const [verdict, question, line] of [
      [rise, 'Where does the Rhine rise?', 6],
      [sea, 'Into which sea does the Rhine flow?', 10],
    ] as const) {
      const { prediction, exactMatch } = predictionOf(question);
      const text = prediction.replace(/\s+/g, ' ').trim() || '(nothing)';
      assert.deepEqual(verdict, { line, text, mark: exactMatch ? '✓' : '✗', tone: exactMatch ? 'right' : 'wrong' });
    }
  });

  it('writes one after each line of qa.jsonl', async () => {
    const document = await vscode.workspace.openTextDocument(workspaceFile('data/test/qa.jsonl'));
    const verdicts = await results.verdicts(document);
    assert.deepEqual(
      verdicts.map(({ line }) => line),
      Array.from({ length: document.lineCount - 1 }, (_, line) => line),
    );
  });

  it('shows the result above the file, and Ask the Model above each question', async () => {
    const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>('vscode.executeCodeLensProvider', file, 99);
    const titles = lenses.map(({ range, command }) => `${range.start.line} ${command?.title}`);
    const right = predictions.filter((one) => one.documentId === 'The Rhine' && one.exactMatch).length;
    assert.match(
      titles.find((title) => title.startsWith('0 EM'))!,
      new RegExp(`^0 EM ${right}/2 · `),
    );
    assert.ok(titles.includes('0 ⑦ Pre-instruction-tuning, seed 1'));
    assert.ok(titles.includes('0 end of stage 2'));
    assert.ok(titles.includes('0 $(play) Run PIT'));
    assert.deepEqual(
      titles.filter((title) => title.endsWith('Ask the Model')),
      ['5 Ask the Model', '9 Ask the Model'],
    );
  });

  it('tells in a hover how the answer developed', async () => {
    const at = new vscode.Position(10, 3);
    const hovers = await vscode.commands.executeCommand<vscode.Hover[]>('vscode.executeHoverProvider', file, at);
    const text = hovers.flatMap(({ contents }) => contents.map((one) => (one as vscode.MarkdownString).value)).join();
    assert.match(text, /Pre\\-instruction\\-tuning, seed 1/);
    assert.match(text, /\| Over its stages \|/);
    assert.match(text, /\| stage 1, epoch 2 · .* \|\n\| stage 2, epoch 2 · .* \|/);
  });

  it('asks the checkpoint, which says what the evaluation said', async () => {
    const { id, prediction, output } = predictionOf('Into which sea does the Rhine flow?');
    const ended = next(results.onDidEndTestRun);
    const answer = await vscode.commands.executeCommand<Prediction>('pit.askModel', file, id);
    assert.deepEqual([answer.prediction, answer.output], [prediction, output]);
    const { name, passed, failed } = await ended;
    assert.equal(name, '⑦ Pre-instruction-tuning, seed 1, end of stage 2');
    assert.deepEqual([...passed, ...failed.map((miss) => miss.id)], [id]);
  });

  it('publishes an evaluation only once', async () => {
    const asked = next(results.onDidEndTestRun);
    await results.controller.resolveHandler!(undefined);
    await vscode.commands.executeCommand('pit.askModel', file, predictionOf('Where does the Rhine rise?').id);
    assert.match((await asked).name, /end of stage 2$/);
  });

  it('asks all questions below an item, and shows a miss as gold against answer', async () => {
    const item = await itemAt(results, ['test']);
    const ended = next(results.onDidEndTestRun);
    const answers = await results.ask(new vscode.TestRunRequest([item]), new vscode.CancellationTokenSource().token);
    assert.deepEqual(answers.map(substance).sort(), predictions.map(substance).sort());
    const { failed } = await ended;
    for (const { id, expected, actual } of failed) {
      const { answers, prediction } = predictions.find((one) => one.id === id)!;
      assert.deepEqual([expected, actual], [answers.join('\n'), prediction]);
    }
  });

  it('leaves out what is excluded, and asks nothing when it is cancelled', async () => {
    const item = await itemAt(results, ['test']);
    const rhine = await itemAt(results, ['test', 'The Rhine']);
    const live = new vscode.CancellationTokenSource();
    const others = await results.ask(new vscode.TestRunRequest([item], [rhine]), live.token);
    assert.equal(others.length, predictions.length - 2);
    const dead = new vscode.CancellationTokenSource();
    dead.cancel();
    assert.deepEqual(await results.ask(new vscode.TestRunRequest([item]), dead.token), []);
  });

  it('answers from the checkpoint that is chosen, and shows what it said then', async () => {
    const folder = RunFolder.open(path);
    const [first] = summarizeRun(folder).stages;
    const then = folder.readPredictions(first.evaluations.find(({ split }) => split === 'test')!.predictions!);
    const question = then.find((one) => one.question === 'Into which sea does the Rhine flow?')!;
    const restore = picking(({ label }) => label.includes('end of stage 1'));
    await vscode.commands.executeCommand('pit.chooseCheckpoint');
    restore();
    try {
      const document = await vscode.workspace.openTextDocument(file);
      const shown = (await results.verdicts(document)).find(({ line }) => line === 10)!;
      assert.equal(shown.text, question.prediction.replace(/\s+/g, ' ').trim() || '(nothing)');
      const answer = await vscode.commands.executeCommand<Prediction>('pit.askModel', file, question.id);
      assert.equal(answer.output, question.output);
    } finally {
      const back = picking(({ description }) => description === 'the newest');
      await vscode.commands.executeCommand('pit.chooseCheckpoint');
      back();
    }
  });

  it('calls a test errored, and says why, where the process can’t answer', async () => {
    const weights = join(path, 'checkpoints', lastCheckpoint(path), 'model.safetensors');
    const item = await itemAt(results, ['test', 'The Rhine']);
    await vscode.workspace.fs.rename(vscode.Uri.file(weights), vscode.Uri.file(`${weights}.away`));
    try {
      const broken = await copyOfRun(path);
      await until(() => lab.runs.get(broken) !== undefined);
      lab.runs.choose(broken);
      const ended = next(results.onDidEndTestRun);
      await results.ask(new vscode.TestRunRequest([item]), new vscode.CancellationTokenSource().token);
      const { errored, passed, failed } = await ended;
      assert.equal(errored.length, 2);
      assert.equal(passed.length + failed.length, 0);
    } finally {
      await vscode.workspace.fs.rename(vscode.Uri.file(`${weights}.away`), vscode.Uri.file(weights));
      lab.runs.choose(path);
    }
  });

  it('marks what has changed since as stale, until the model is asked again', async () => {
    const document = await vscode.workspace.openTextDocument(file);
    const { id, prediction } = predictionOf('Into which sea does the Rhine flow?');
    const edit = new vscode.WorkspaceEdit();
    edit.replace(file, document.lineAt(10).range, `A: ${prediction || 'x'}`);
    const changed = next(lab.library.onDidChange);
    await vscode.workspace.applyEdit(edit);
    await changed;
    const toneAt = async (line: number) => (await results.verdicts(document)).find((one) => one.line === line)?.tone;
    assert.equal(await toneAt(10), 'stale');
    assert.notEqual(await toneAt(6), 'stale');
    const answer = await vscode.commands.executeCommand<Prediction>('pit.askModel', file, id);
    assert.equal(answer.exactMatch, prediction !== '');
    assert.equal(await toneAt(10), prediction === '' ? 'wrong' : 'right');
  });

  it('publishes the end of a stage while the run trains on', async () => {
    const long = workspaceFile('long.pit.json');
    const text = readFileSync(workspaceFile('people.pit.json').fsPath, 'utf8');
    writeFileSync(long.fsPath, text.replace('"people"', '"long"').replace('[2, 2]', '[1, 500]'));
    await until(async () => (await lab.experiments.files()).some(({ fsPath }) => fsPath === long.fsPath));
    const published = next(results.onDidEndTestRun);
    const [running] = (await vscode.commands.executeCommand<string[]>('pit.run', long, {
      variants: ['pit'],
      seeds: [1],
    }))!;
    const { name, passed, failed } = await published;
    assert.equal(name, '⑦ Pre-instruction-tuning, seed 1, after stage 1');
    assert.ok(passed.length + failed.length > 0);
    assert.equal(lab.runs.get(running)?.state, 'running');
    await vscode.commands.executeCommand('pit.stopRun', running);
    await until(() => lab.runs.get(running)?.state === 'stopped');
  });

  it('hides what the settings switch off', async () => {
    const settings = vscode.workspace.getConfiguration('pit');
    const document = await vscode.workspace.openTextDocument(file);
    for (const name of ['inlineResults', 'codeLens']) await settings.update(name, false);
    try {
      assert.deepEqual(await results.verdicts(document), []);
      assert.deepEqual(await vscode.commands.executeCommand('vscode.executeCodeLensProvider', file, 99), []);
    } finally {
      for (const name of ['inlineResults', 'codeLens']) await settings.update(name, undefined);
    }
  });
});

const substance = ({ id, output, exactMatch }: Prediction) => `${id} ${output} ${exactMatch}`;

/** The item with these labels below the dataset of this test, opened on the way. */
async function itemAt({ controller }: Results, labels: string[]): Promise<vscode.TestItem> {
  await controller.resolveHandler!(undefined);
  const named = (items: vscode.TestItemCollection, label: string) =>
    [...items].map(([, item]) => item).find((item) => item.label === label)!;
  let item = [...controller.items].map(([, item]) => item).find(({ label }) => label.includes('rivers'))!;
  for (const label of labels) {
    await controller.resolveHandler!(item);
    item = named(item.children, label);
  }
  return item;
}

/** Answers the next list with the item that fits; gives what undoes it. */
function picking(fits: (item: vscode.QuickPickItem) => boolean): () => void {
  const original = vscode.window.showQuickPick;
  const pick = async (items: readonly vscode.QuickPickItem[]) => items.find(fits);
  Object.assign(vscode.window, { showQuickPick: pick });
  return () => void Object.assign(vscode.window, { showQuickPick: original });
}

function lastCheckpoint(path: string): string {
  const event = RunFolder.open(path)
    .readEvents()
    .events.findLast(({ type }) => type === 'checkpoint');
  return event?.type === 'checkpoint' ? event.folder.split('/').at(-1)! : '';
}

/** The same run under another path, as a window finds it. */
async function copyOfRun(path: string): Promise<string> {
  await vscode.workspace.fs.copy(vscode.Uri.file(path), vscode.Uri.file(`${path}-copy`));
  return `${path}-copy`;
}
