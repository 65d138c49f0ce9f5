/** What is done with runs that have ended, by the commands of the Runs view and the one that chooses whose answers show. */
import assert from 'node:assert/strict';
import { appendFileSync, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import * as vscode from 'vscode';
import { compareRuns } from '../../../src/run/comparison';
import { runFiles, RunFolder } from '../../../src/run/folder';
import { paperNumbers } from '../../../src/run/paper';
import { renderReport } from '../../../src/run/report';
import { summarizeRun } from '../../../src/run/summary';
import { renderCsv } from '../../../src/run/tables';
import { listCheckpoints } from '../../../src/trainer/checkpoints';
import type { Lab } from '../../../src/vscode/lab';
import { answering, next, picking, replace, theLab, until } from '../support';
import { makeWorld, untilRun, type World } from '../worlds';

describe('the commands on runs', function () {
  this.timeout(300_000);
  let lab: Lab;
  let world: World;
  let first: string;
  let second: string;

  before(async () => {
    lab = await theLab();
    world = await makeWorld('commands', { recipes: ['cpt', { recipe: 'pit', epochs: [1, 1] }] });
    const choice = { variants: ['cpt', 'pit'], seeds: [1] };
    [first, second] = (await run<string[]>('pit.run', world.file, choice))!;
    for (const path of [first, second]) await untilRun(lab.runs, path, ({ state }) => state === 'finished');
  });
  afterEach(() => run('workbench.action.closeAllEditors'));
  after('forget the run that was chosen', async () => {
    rmSync(world.root, { recursive: true });
    await until(() => [first, second].every((path) => !lab.runs.get(path)));
  });

  const run = <T = void>(command: string, ...words: unknown[]) => vscode.commands.executeCommand<T>(command, ...words);
  const node = (path: string) => ({ kind: 'run', path });
  /** What a view hands over where one of two selected rows was clicked. */
  const selected = () => {
    const rows = [node(first), node(second)];
    return [rows[0], rows];
  };

  it('open one in the dashboard, and several beside each other', async () => {
    await run('pit.openRun', first);
    assert.deepEqual(lab.dashboard!.shown, [first]);
    await run('pit.compareRuns', ...selected());
    assert.deepEqual(lab.dashboard!.shown, [first, second]);
    await until(() => vscode.window.tabGroups.activeTabGroup.activeTab?.label === 'PIT Dashboard');
  });

  it('choose whose answers show, in the view and from a list that marks the chosen one', async () => {
    const chose = next(lab.runs.onDidChoose);
    await run('pit.chooseRun', first);
    await chose;
    assert.equal(lab.runs.chosen?.folder.path, first);
    const offered = picking(({ label }) => label.includes('Pre-instruction-tuning'));
    await run('pit.pickResults');
    assert.equal(lab.runs.chosen?.folder.path, second);
    assert.deepEqual(
      offered.map(({ label }) => label).filter((label) => label.startsWith('$(check)')),
      ['$(check) ① Continued pre-training, seed 1'],
    );
  });

  it('open the report of a run as it stands', async () => {
    await run('pit.openRunReport', first);
    await until(() => vscode.window.tabGroups.activeTabGroup.activeTab?.label === 'Preview report.md');
    const folder = RunFolder.open(first);
    const uri = vscode.Uri.file(folder.file('report.md')).with({ scheme: 'pit-report' });
    const report = await vscode.workspace.openTextDocument(uri);
    assert.equal(report.getText(), renderReport(summarizeRun(folder)));
  });

  it('show the log at its end, or say that there is none', async () => {
    const log = RunFolder.open(first).file(runFiles.log);
    appendFileSync(log, 'one\ntwo');
    await run('pit.showRunLog', first);
    const { document, selection } = vscode.window.activeTextEditor!;
    assert.equal(document.uri.fsPath, log);
    assert.deepEqual(selection.active, document.lineAt(document.lineCount - 1).range.end);
    assert.match(document.lineAt(selection.active.line).text, /two$/);
    rmSync(log);
    const said = answering('showInformationMessage');
    await run('pit.showRunLog', first);
    assert.deepEqual(said, ['The trainer has not printed anything yet.']);
  });

  it('export a table of several', async () => {
    const file = join(world.root, 'mine.csv');
    const offered = picking(({ label }) => label === 'Comparison as CSV');
    const places: (vscode.Uri | undefined)[] = [];
    const save = (options?: vscode.SaveDialogOptions) => {
      places.push(options?.defaultUri);
      return Promise.resolve(vscode.Uri.file(file));
    };
    replace(vscode.window, { showSaveDialog: save });
    const said = answering('showInformationMessage');
    await run('pit.exportRuns', ...selected());
    assert.equal(offered.length, 7);
    assert.deepEqual(
      places.map((place) => place?.fsPath),
      [join(world.root, 'runs/commands/comparison.csv')],
    );
    const summaries = [first, second].map((path) => summarizeRun(RunFolder.open(path)));
    assert.equal(readFileSync(file, 'utf8'), renderCsv(compareRuns(summaries, { paper: paperNumbers('7B') })));
    assert.match(said[0], /^Written: .*mine\.csv$/);
  });

  it('export the model of a checkpoint, as other programs load it and as a graph', async () => {
    const names = listCheckpoints(RunFolder.open(second)).map(({ name }) => name);
    const newest = names.at(-1)!;
    const from = RunFolder.open(second).file(runFiles.checkpoints, newest);
    replace(vscode.window, { showOpenDialog: () => Promise.resolve([vscode.Uri.file(world.root)]) });
    const exported = async (form: string, suffix: string) => {
      const checkpoint = newest.replaceAll('-', ' ');
      const offered = picking(({ label }) => label === checkpoint || label === form);
      const said = answering('showInformationMessage');
      await run('pit.exportRunModel', second);
      const to = join(world.root, `commands-pit-seed1-${newest}-${suffix}`);
      assert.deepEqual(said, [`The model is in ${to}.`]);
      const labels = names.map((name) => name.replaceAll('-', ' ')).reverse();
      assert.deepEqual(
        offered.map(({ label }) => label),
        [...labels, 'Model', 'ONNX Graph'],
      );
      return to;
    };
    const whole = await exported('Model', 'hf');
    for (const name of ['config.json', 'model.safetensors', 'tokenizer.json'])
      assert.deepEqual(readFileSync(join(whole, name)), readFileSync(join(from, name)), name);
    assert.equal(existsSync(join(whole, 'optimizer.safetensors')), false);
    const graph = await exported('ONNX Graph', 'onnx');
    assert.deepEqual(readdirSync(join(graph, 'onnx')), ['model.onnx']);
  });

  it('reveal a run where its files are', async () => {
    const revealed: [string, string][] = [];
    const original = vscode.commands.executeCommand;
    const watch = (command: string, ...words: unknown[]): Thenable<unknown> => {
      if (!command.startsWith('reveal')) return original(command, ...words);
      revealed.push([command, (words[0] as vscode.Uri).fsPath]);
      // A window in the browser has no file manager.
      return command === 'revealFileInOS' ? Promise.resolve() : original(command, ...words);
    };
    replace(vscode.commands, { executeCommand: watch as typeof original });
    await original('pit.revealRunInExplorer', first);
    await original('pit.revealRunInSystem', node(second));
    assert.deepEqual(
      revealed.map(([command, path]) => [command, basename(path)]),
      [
        ['revealInExplorer', 'cpt-seed1'],
        ['revealFileInOS', 'pit-seed1'],
      ],
    );
  });

  it('ask which run is meant where none is', async () => {
    const offered = picking(({ label }) => label.includes('Continued'));
    await run('pit.openRun');
    assert.equal(offered.length, lab.runs.all().length);
    assert.deepEqual(lab.dashboard!.shown, [first]);
  });
});
