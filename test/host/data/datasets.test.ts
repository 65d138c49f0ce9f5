/** The Datasets view in a real window: its rows, edits with undo, problems, the filter, the cursor, and many questions. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import * as vscode from 'vscode';
import { problemDecorations } from '../../../src/vscode/datasets/decorations';
import type { DatasetsView, Lab } from '../../../src/vscode/lab';
import type { Node } from '../../../src/vscode/datasets/nodes';
import { theLab, until, workspaceFile } from '../support';

describe('Datasets view', () => {
  let lab: Lab;
  let datasets: DatasetsView;
  const rivers = workspaceFile('rivers.qa');
  const questions = workspaceFile('data/test/qa.jsonl');

  /** What the files hold at first; the window may save what is typed. */
  const originals = new Map<string, string>();

  before(async () => {
    for (const split of ['train', 'test'])
      for (const name of ['doc', 'qa']) keep(workspaceFile(`data/${split}/${name}.jsonl`));
    keep(rivers);
    lab = await theLab();
    datasets = lab.datasets!;
    await vscode.commands.executeCommand('pit.datasets.focus');
  });

  const children = async (node?: Node) => (await datasets.tree.getChildren(node)) ?? [];
  const item = async (node: Node) => datasets.tree.getTreeItem(node);
  const labels = async (nodes: Node[]) => (await Promise.all(nodes.map(item))).map(({ label }) => label as string);
  const run = (command: string, ...words: unknown[]) => vscode.commands.executeCommand(command, ...words);

  async function child(parent: Node | undefined, label: string): Promise<Node> {
    const nodes = await children(parent);
    const index = (await labels(nodes)).indexOf(label);
    assert.ok(index >= 0, `${label} is not among ${(await labels(nodes)).join(', ')}`);
    return nodes[index];
  }

  const people = () => child(undefined, 'data, rivers.qa');
  const rhine = async () => child(await child(await people(), 'test'), 'The Rhine');
  const asked = async () => labels(await children(await rhine()));
  const text = async (file: vscode.Uri) => (await vscode.workspace.openTextDocument(file)).getText();

  /** Undoes the last change of a file in its editor. */
  async function undo(file: vscode.Uri): Promise<void> {
    await vscode.window.showTextDocument(file);
    await run('undo');
  }

  /** Types in an editor, as a person does. */
  async function type(file: vscode.Uri, at: vscode.Position, words: string): Promise<void> {
    const editor = await vscode.window.showTextDocument(file);
    assert.ok(await editor.edit((edit) => edit.insert(at, words)));
  }

  const problems = (file: vscode.Uri) =>
    vscode.languages
      .getDiagnostics(file)
      .filter(({ source }) => source === 'PIT')
      .map(({ range, message }) => `${range.start.line + 1}: ${message}`);

  it('shows datasets, splits, documents and questions with their answers', async () => {
    const root = await people();
    assert.deepEqual(await labels(await children(root)), ['test', 'train']);
    assert.deepEqual(await asked(), ['Where does the Rhine rise?', 'Into which sea does the Rhine flow?']);
    const [first] = await children(await rhine());
    const { description, collapsibleState, tooltip } = await item(first);
    assert.equal(description, 'the Alps · in the Alps');
    assert.equal(collapsibleState, vscode.TreeItemCollapsibleState.None);
    assert.match(String(tooltip), /rivers\.qa:6$/);
    await until(async () => (await item(await people())).description === '16 documents · 77 questions');
  });

  it('opens a row at its line', async () => {
    const [, second] = await children(await rhine());
    const { command } = await item(second);
    await run(command!.command, ...command!.arguments!);
    const editor = vscode.window.activeTextEditor!;
    assert.equal(editor.document.uri.fsPath, rivers.fsPath);
    assert.equal(editor.selection.active.line, 9);
  });

  it('selects the row of what the cursor is in', async () => {
    const editor = await vscode.window.showTextDocument(rivers);
    editor.selection = new vscode.Selection(6, 0, 6, 0);
    const selected = () => datasets.view.selection.map((node) => 'exampleId' in node && node.exampleId).join();
    await until(() => selected() === 'The Rhine?1');
    editor.selection = new vscode.Selection(3, 0, 3, 0);
    await until(() => selected() === 'The Rhine');
    const row = await vscode.window.showTextDocument(questions);
    row.selection = new vscode.Selection(1, 5, 1, 5);
    const id = lineOf(await text(questions), 1).wiki_id;
    await until(() => selected().startsWith(`${id}?`));
  });

  it('follows the cursor only where the setting says so, and on request', async () => {
    const editor = await vscode.window.showTextDocument(rivers);
    const selected = () => datasets.view.selection.map((node) => 'exampleId' in node && node.exampleId).join();
    const settings = vscode.workspace.getConfiguration('pit');
    editor.selection = new vscode.Selection(6, 0, 6, 0);
    await until(() => selected() === 'The Rhine?1');
    await settings.update('datasets.followEditor', false, vscode.ConfigurationTarget.Workspace);
    editor.selection = new vscode.Selection(10, 0, 10, 0);
    await run('pit.revealInDatasets');
    await until(() => selected() === 'The Rhine?2');
    editor.selection = new vscode.Selection(6, 0, 6, 0);
    await vscode.window.showTextDocument(questions);
    await settings.update('datasets.followEditor', undefined, vscode.ConfigurationTarget.Workspace);
    await vscode.window.showTextDocument(rivers);
    await until(() => selected() === 'The Rhine?1');
  });

  it('adds, changes and deletes in .qa, each undone in one step', async () => {
    const before = await text(rivers);
    await run('pit.addQuestion', await rhine(), { question: 'How long?', answers: ['1,230 km', 'long'] });
    assert.equal(await text(rivers), `${before}\nQ: How long?\nA: 1,230 km\nA: long\n`);
    assert.equal((await asked()).length, 3);
    await undo(rivers);
    assert.equal(await text(rivers), before);

    const [first] = await children(await rhine());
    await run('pit.editQuestion', first, { question: 'Whence?' });
    await run('pit.editAnswers', (await children(await rhine()))[0], { answers: ['the Alps', 'Alps'] });
    assert.equal(
      await text(rivers),
      before.replace('Where does the Rhine rise?', 'Whence?').replace('A: in the Alps', 'A: Alps'),
    );
    await undo(rivers);
    await undo(rivers);
    assert.equal(await text(rivers), before);

    await run('pit.deleteExamples', (await children(await rhine()))[0]);
    assert.deepEqual(await asked(), ['Into which sea does the Rhine flow?']);
    await undo(rivers);
    assert.equal(await text(rivers), before);
  });

  it('adds a document beside another, and changes its text', async () => {
    const before = await text(rivers);
    const test = await child(await people(), 'test');
    await run('pit.addDocument', await rhine(), { title: 'The Elbe', text: 'A river to the north.' });
    assert.equal(await text(rivers), `${before}\n# The Elbe\nsplit: test\n\nA river to the north.\n`);
    const elbe = await child(await child(await people(), 'test'), 'The Elbe');
    await run('pit.editDocument', elbe, { text: 'It ends at Cuxhaven.' });
    assert.equal(await text(rivers), `${before}\n# The Elbe\nsplit: test\n\nIt ends at Cuxhaven.\n`);
    await undo(rivers);
    await undo(rivers);
    assert.equal(await text(rivers), before);

    const documents = workspaceFile('data/test/doc.jsonl');
    const known = await text(documents);
    const [person] = await children(test);
    await run('pit.editDocument', person, { text: 'Nobody knows.' });
    assert.deepEqual(lineOf(await text(documents), 0), { ...lineOf(known, 0), text: 'Nobody knows.' });
    await undo(documents);
    assert.equal(await text(documents), known);
  });

  it('changes and moves rows of JSONL with everything else in them', async () => {
    const before = await text(questions);
    const test = await child(await people(), 'test');
    const [person, other] = await children(test);
    const [first, second] = await children(person);
    await run('pit.editAnswers', first, { answers: ['nobody'] });
    const changed = lineOf(before, 0);
    assert.deepEqual(lineOf(await text(questions), 0), { ...changed, answer: 'nobody' });
    assert.deepEqual((await text(questions)).split('\n').slice(1), before.split('\n').slice(1));
    await undo(questions);

    await drop([first, second], other);
    const moved = (await text(questions)).split('\n');
    assert.equal(moved.length, before.split('\n').length);
    const target = (other as Node & { kind: 'document' }).document.id;
    const rows = moved.filter(Boolean).map((line) => JSON.parse(line));
    const { question } = (first as Node & { kind: 'question' }).question;
    assert.equal(String(rows.find((row) => row.question === question).wiki_id), target);
    await undo(questions);
    assert.equal(await text(questions), before);
  });

  it('reorders by drag and drop', async () => {
    const before = await text(rivers);
    const [first, second] = await children(await rhine());
    await drop([second], first);
    assert.deepEqual(await asked(), ['Into which sea does the Rhine flow?', 'Where does the Rhine rise?']);
    await undo(rivers);
    assert.equal(await text(rivers), before);
  });

  it('moves a document with its questions to another split, and one undo takes all files back', async () => {
    const [train, test] = [workspaceFile('data/train/doc.jsonl'), workspaceFile('data/test/doc.jsonl')];
    const before = await Promise.all([train, test, questions].map(text));
    const source = await child(await people(), 'train');
    const [person] = await children(source);
    await run('pit.moveExamples', person, [person], { split: 'test' });
    const { id } = (person as Node & { kind: 'document' }).document;
    const after = await Promise.all([train, test, questions].map(text));
    assert.equal(after[0].split('\n').length, before[0].split('\n').length - 1);
    assert.ok(after[1].trimEnd().endsWith(before[0].split('\n')[0]));
    assert.ok(after[2].startsWith(before[2]));
    const { dataset } = await lab.library.load((await lab.library.holdings())[0]);
    assert.deepEqual(
      new Set(dataset.questions.filter((one) => one.documentId === id).map(({ split }) => split)),
      new Set(['test']),
    );
    await undo(test);
    await until(async () => (await text(train)) === before[0]);
    assert.deepEqual(await Promise.all([train, test, questions].map(text)), before);
  });

  it('renames a document by its heading, which is its id too', async () => {
    const before = await text(rivers);
    await run('pit.renameDocument', await rhine(), { title: 'Rhein' });
    assert.equal(await text(rivers), before.replace('# The Rhine', '# Rhein'));
    await undo(rivers);
  });

  it('tells problems while a text is being written, once, and takes them back', async () => {
    const end = (await vscode.workspace.openTextDocument(rivers)).lineCount - 1;
    await type(rivers, new vscode.Position(end, 0), '\nQ: Open?\n');
    await until(() => problems(rivers).length === 1);
    assert.deepEqual(problems(rivers), [`${end + 2}: This question has no answer.`]);
    const row = await item(await child(await child(await people(), 'test'), 'The Rhine'));
    assert.match(String(row.tooltip), /Line \d+: This question has no answer\./);
    assert.match(row.accessibilityInformation!.label, /, 1 problem$/);
    const { token } = new vscode.CancellationTokenSource();
    const badge = await problemDecorations.provideFileDecoration(row.resourceUri!, token);
    assert.deepEqual([badge?.badge, badge?.tooltip], ['1', '1 problem']);
    await type(rivers, new vscode.Position(end + 2, 0), 'A: yes\n');
    await until(() => problems(rivers).length === 0);
    await restore([rivers]);

    await type(questions, new vscode.Position(0, 0), '{"wiki_id": 5, \n');
    await until(() => problems(questions).length > 0);
    assert.match(problems(questions)[0], /^1: This line is not valid JSON/);
    await restore([questions]);
    await until(() => problems(questions).length === 0);
  });

  it('filters by titles, questions and answers, and shows everything again', async () => {
    await run('pit.filterDatasets', 'north SEA');
    assert.deepEqual(await asked(), ['Into which sea does the Rhine flow?']);
    assert.deepEqual(await labels(await children(await people())), ['test']);
    await until(() => datasets.view.message === '“north SEA”: 1 document · 1 question of 77 questions');
    await run('pit.clearDatasetFilter');
    assert.equal((await asked()).length, 2);
    assert.equal(datasets.view.message, undefined);
  });

  it('hands examples over to the Schedule view', async () => {
    const [first, second] = await children(await rhine());
    const transfer = new vscode.DataTransfer();
    await datasets.drag.handleDrag!([first, second], transfer, new vscode.CancellationTokenSource().token);
    const ids: unknown = JSON.parse(await transfer.get('application/vnd.pit.examples')!.asString());
    assert.deepEqual(ids, ['The Rhine?1', 'The Rhine?2']);
  });

  it('finds data that no experiment names, and forgets it', async () => {
    const file = workspaceFile('more/notes.qa');
    mkdirSync(dirname(file.fsPath), { recursive: true });
    writeFileSync(file.fsPath, '# A\n\nText.\n\nQ: What?\nA: this\n');
    const roots = async () => labels(await children());
    await until(async () => (await roots()).includes('more/notes.qa'));
    const edit = new vscode.WorkspaceEdit();
    edit.deleteFile(file);
    await vscode.workspace.applyEdit(edit);
    await until(async () => !(await roots()).includes('more/notes.qa'));
  });

  it('opens 100,000 questions in portions, reveals one, and filters them', async () => {
    const folder = workspaceFile('big/train').fsPath;
    mkdirSync(folder, { recursive: true });
    const ids = Array.from({ length: 10_000 }, (_, index) => index);
    writeFileSync(
      `${folder}/doc.jsonl`,
      ids.map((id) => `{"wiki_id":${id},"title":"T${id}","text":"Text ${id}."}\n`).join(''),
    );
    const row = (id: number, n: number) =>
      `{"wiki_id":${id},"question":"What is ${n} of ${id}?","answer":"${id}-${n}"}\n`;
    writeFileSync(`${folder}/qa.jsonl`, ids.flatMap((id) => ids.slice(0, 10).map((n) => row(id, n))).join(''));
    await until(async () => (await labels(await children())).includes('big'));
    const root = await child(undefined, 'big');
    const [train] = await children(root);
    assert.equal((await item(train)).description, '10,000 documents · 100,000 questions');
    const portions = await children(train);
    assert.deepEqual([portions.length, (await labels(portions))[1]], [20, '501 to 1,000']);
    const documents = await children(portions[19]);
    await Promise.all(documents.map(item));
    assert.deepEqual(
      await labels(await children(documents[499])),
      ids.slice(0, 10).map((n) => `What is ${n} of 9999?`),
    );
    await datasets.view.reveal((await children(documents[499]))[3], { select: true });
    await run('pit.filterDatasets', '77-3');
    assert.equal((await children(await child(undefined, 'big'))).length, 1);
    await run('pit.clearDatasetFilter');
  });

  async function drop(nodes: Node[], target: Node): Promise<void> {
    const transfer = new vscode.DataTransfer();
    const { token } = new vscode.CancellationTokenSource();
    await datasets.drag.handleDrag!(nodes, transfer, token);
    await datasets.drag.handleDrop!(target, transfer, token);
  }

  function keep({ fsPath }: vscode.Uri): void {
    originals.set(fsPath, readFileSync(fsPath, 'utf8'));
  }

  /** Gives files the texts that they had at first. */
  async function restore(files: vscode.Uri[]): Promise<void> {
    const edit = new vscode.WorkspaceEdit();
    for (const file of files) {
      const document = await vscode.workspace.openTextDocument(file);
      const whole = document.validateRange(new vscode.Range(0, 0, document.lineCount, 0));
      edit.replace(file, whole, originals.get(file.fsPath)!);
    }
    await vscode.workspace.applyEdit(edit);
  }
});

function lineOf(text: string, line: number): Record<string, unknown> {
  return JSON.parse(text.split('\n')[line]) as Record<string, unknown>;
}
