/** Run PIT in a real window: real trainers on a world so small that a run takes seconds. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import * as vscode from 'vscode';
import type { RunEvent } from '../../../src/run/events';
import { runFiles, RunFolder } from '../../../src/run/folder';
import { lockHolder } from '../../../src/run/lock';
import type { Lab, Runs } from '../../../src/vscode/lab';
import { Desk } from '../../../src/vscode/runs/desk';
import { Digests } from '../../../src/vscode/runs/digests';
import { Endings } from '../../../src/vscode/runs/endings';
import { WorkspaceRuns } from '../../../src/vscode/runs/registry';
import { RunsTree } from '../../../src/vscode/runs/tree';
import { RunProgressViews } from '../../../src/vscode/runs/progress';
import { answering, bundle, replace, theLab, until } from '../support';
import { makeWorld, untilRun, type World } from '../worlds';

describe('Run PIT', function () {
  this.timeout(300_000);
  let lab: Lab;
  let runs: Runs;

  before(async () => {
    lab = await theLab();
    runs = lab.runs;
  });

  async function run(world: World, variants = ['pit']): Promise<string[]> {
    const paths = await vscode.commands.executeCommand<string[]>('pit.run', world.file, { variants, seeds: [1] });
    assert.ok(paths, 'Run PIT has started nothing');
    return paths;
  }

  it('trains an experiment to its end and finds it in the workspace', async () => {
    const world = await makeWorld('whole');
    const [path] = await run(world);
    assert.equal(path, join(world.root, 'runs/whole/pit-seed1'));
    const seen: number[] = [];
    const listening = runs.onDidChange(({ path: of, run }) => {
      if (of === path && run?.progress) seen.push(run.progress.done);
    });
    await untilRun(runs, path, ({ state }) => state === 'finished');
    listening.dispose();
    assert.deepEqual(
      seen,
      [...seen].sort((a, b) => a - b),
    );
    const evaluated = eventsOf(path).filter(({ type }) => type === 'evaluated');
    assert.ok(evaluated.length > 0);
    assert.equal(runs.chosen?.folder.path, path);
  });

  it('trains several one after another, shows which wait, and writes the comparison', async () => {
    const world = await makeWorld('several', { recipes: ['cpt', { recipe: 'pit', epochs: [1, 1] }] });
    const paths = await run(world, ['cpt', 'pit']);
    assert.deepEqual(
      paths.map((path) => basename(path)),
      ['cpt-seed1', 'pit-seed1'],
    );
    const seen: string[][] = [];
    const listening = runs.onDidChange(() => seen.push(paths.map((path) => runs.get(path)?.state ?? 'unknown')));
    for (const path of paths) await untilRun(runs, path, ({ state }) => state === 'finished');
    listening.dispose();
    assert.ok(seen.some(([first, second]) => first === 'running' && second === 'waiting'));
    assert.ok(seen.every((states) => states.filter((state) => state === 'running').length < 2));
    await exists(join(world.root, 'runs/several/comparison.md'));
  });

  it('stops a run cleanly and goes on without a seam', async () => {
    const world = await makeWorld('halting', { recipes: [{ recipe: 'pit', epochs: [24, 1] }] });
    const [path] = await run(world);
    answering('showInformationMessage');
    await untilRun(runs, path, ({ progress }) => (progress?.stage?.step ?? 0) >= 2);
    const processes = processesOf(path);
    assert.deepEqual(processes.map(isThere), [true, true]);
    await vscode.commands.executeCommand('pit.stopRun', path);
    await untilRun(runs, path, ({ state }) => state === 'stopped');
    await until(() => !processes.some(isThere));
    await vscode.commands.executeCommand('pit.resumeRun', path);
    await untilRun(runs, path, ({ state }) => state === 'finished');
    const order = RunFolder.open(path)
      .readOrder()
      .filter(({ stage }) => stage === 1);
    assert.deepEqual(
      order.map(({ step }) => step),
      order.map((_, i) => i + 1),
    );
  });

  it('shows what trains in the status bar and in a notification, and both can stop it', async () => {
    const world = await makeWorld('noted', { recipes: [{ recipe: 'pit', epochs: [100, 1] }] });
    answering('showInformationMessage');
    const bars = watchedBars();
    const notes = watchedNotes('noted');
    const views = new RunProgressViews(runs);
    const [bar, stop] = bars;
    const [path] = await run(world);
    await untilRun(runs, path, ({ progress }) => (progress?.stage?.step ?? 0) >= 2);
    await until(() => notes.every(({ said }) => said.length > 0) && bar.isShown && stop.isShown);
    assert.match(bar.item.text, /^\$\(sync~spin\) .*pit.*\d+ %/);
    assert.match(notes[0].said.at(-1)!, /\d+ %/);
    const processes = processesOf(path);
    notes[0].cancel();
    await untilRun(runs, path, ({ state }) => state === 'stopped');
    await Promise.all(notes.map(({ over }) => over));
    assert.deepEqual([bar.isShown, stop.isShown], [false, false]);
    await until(() => !processes.some(isThere));
    await vscode.commands.executeCommand('pit.resumeRun', path);
    await untilRun(runs, path, ({ progress }) => progress?.stage !== undefined);
    await until(() => stop.isShown);
    assert.equal(stop.item.command, 'pit.stopAllRuns');
    await vscode.commands.executeCommand(stop.item.command);
    await untilRun(runs, path, ({ state }) => state === 'stopped');
    views.dispose();
  });

  it('takes a run that waits out of the queue, and the rest goes on', async () => {
    const world = await makeWorld('skipping', { recipes: ['cpt', { recipe: 'pit', epochs: [1, 1] }] });
    const [first, second] = await run(world, ['cpt', 'pit']);
    await untilRun(runs, second, ({ state }) => state === 'waiting');
    await vscode.commands.executeCommand('pit.stopRun', second);
    await untilRun(runs, second, ({ state }) => state === 'interrupted');
    assert.equal(runs.get(second)?.reason, 'It has not begun.');
    await untilRun(runs, first, ({ state }) => state === 'finished');
    await exists(join(world.root, 'runs/skipping/comparison.md'));
    assert.deepEqual(eventsOf(second), []);
  });

  it('notices that the process was killed, says why, and resumes', async () => {
    const world = await makeWorld('killed', { recipes: [{ recipe: 'pit', epochs: [24, 1] }] });
    const [path] = await run(world);
    await untilRun(runs, path, ({ progress }) => (progress?.stage?.step ?? 0) >= 2);
    const said = answering('showErrorMessage', 'Resume');
    appendFileSync(RunFolder.open(path).file(runFiles.log), 'first\nsecond\nthe disk is on fire\n');
    process.kill(RunFolder.open(path).holder()!.pid, 'SIGKILL');
    const dead = await untilRun(runs, path, ({ state }) => state === 'interrupted');
    assert.match(dead.reason!, /killed \(SIGKILL\)/);
    await untilRun(runs, path, ({ state }) => state === 'finished');
    assert.match(
      said[0],
      /^⑦ Pre-instruction-tuning, seed 1 was interrupted\. .*SIGKILL.*\. Last words: .*the disk is on fire$/is,
    );
    assert.deepEqual(said.length, 1);
  });

  it('finds a run again in a window that comes later, with nothing missing', async () => {
    const world = await makeWorld('again', { recipes: [{ recipe: 'pit', epochs: [24, 1] }] });
    const [path] = await run(world);
    await untilRun(runs, path, ({ progress }) => (progress?.stage?.step ?? 0) >= 3);
    const later = new WorkspaceRuns(memory(), lab.experiments, lab.log);
    await later.ready;
    assert.equal(later.get(path)?.state, 'running');
    const there = await untilRun(later, path, ({ progress }) => progress?.stage !== undefined);
    assert.ok(there.progress!.stage!.step >= 3);
    await Promise.all([runs, later].map((one) => untilRun(one, path, ({ state }) => state === 'finished')));
    assert.deepEqual({ ...later.get(path), folder: path }, { ...runs.get(path), folder: path });
    later.dispose();
  });

  it('tells how a run has ended that was at work when the last window closed', async () => {
    const run = runs.all().find(({ state }) => state === 'finished')!;
    const said = answering('showInformationMessage');
    const remembered = memory();
    await remembered.update('pit.runsAtWork', [run.folder.path, '/gone']);
    const desk = new Desk(bundle('desk.cjs'));
    const endings = new Endings(runs, desk, remembered);
    await until(() => said.length > 0);
    assert.match(said[0], /seed 1: EM \d/);
    assert.equal(said.length, 1);
    for (const one of [endings, desk]) one.dispose();
  });

  it('asks which experiment on a file that several read', async () => {
    const world = await makeWorld('reading');
    const other = vscode.Uri.file(join(world.root, 'other.pit.json'));
    writeFileSync(
      other.fsPath,
      readFileSync(world.file.fsPath, 'utf8').replace('"name": "reading"', '"name": "other"'),
    );
    await until(async () => (await lab.experiments.files()).some(({ fsPath }) => fsPath === other.fsPath));
    const offered: string[] = [];
    const pick = (items: readonly { label: string }[]) => {
      offered.push(...items.map(({ label }) => basename(label)));
      return Promise.resolve(items.find(({ label }) => label.endsWith('other.pit.json')));
    };
    replace(vscode.window, { showQuickPick: pick as unknown as typeof vscode.window.showQuickPick });
    const data = vscode.Uri.file(join(world.root, 'data/train/qa.jsonl'));
    const [path] = (await vscode.commands.executeCommand<string[]>('pit.run', data, {
      variants: ['pit'],
      seeds: [1],
    }))!;
    assert.deepEqual(offered.sort(), ['other.pit.json', 'reading.pit.json']);
    assert.equal(path, join(world.root, 'runs/other/pit-seed1'));
    await untilRun(runs, path, ({ state }) => state === 'finished');
  });

  it('shows a run that was started in a terminal', async () => {
    const world = await makeWorld('terminal', { recipes: [{ recipe: 'pit', epochs: [24, 1] }] });
    const env = { ...process.env, ELECTRON_RUN_AS_NODE: '1' };
    const child = spawn(process.execPath, [bundle('cli.cjs'), 'run', world.file.fsPath], { env, stdio: 'ignore' });
    const path = join(world.root, 'runs/terminal/pit-seed1');
    const ended = once(child, 'exit');
    await untilRun(runs, path, ({ state }) => state === 'running');
    await untilRun(runs, path, ({ state }) => state === 'finished');
    await ended;
  });

  it('lists experiments, runs with their result, and stages with their numbers', async () => {
    const desk = new Desk(bundle('desk.cjs'));
    const digests = new Digests(runs, desk);
    const tree = new RunsTree(runs, digests);
    const finished = runs.all().find(({ folder }) => folder.identity.name === 'whole')!;
    digests.get(finished);
    await new Promise((done) => digests.onDidRead(done));
    const group = tree.getChildren().find((node) => tree.getTreeItem(node).label === 'whole')!;
    const [node] = tree.getChildren(group);
    const item = tree.getTreeItem(node);
    assert.equal(item.label, '⑦ pit, seed 1');
    assert.match(String(item.description), /^EM \d+\.\d \[\d+\.\d, \d+\.\d\]/);
    assert.match(item.contextValue!, /^run\.finished/);
    const stages = tree.getChildren(node).map((stage) => tree.getTreeItem(stage));
    assert.equal(stages.length, 2);
    for (const { description } of stages) assert.match(String(description), /EM .* · perplexity/);
    assert.equal(tree.getParent(node), group);
    for (const one of [tree, digests, desk]) one.dispose();
  });

  it('refuses to delete a run at work, and removes one that has ended after asking', async () => {
    const world = await makeWorld('deleted', { recipes: [{ recipe: 'pit', epochs: [24, 1] }] });
    const [path] = await run(world);
    await untilRun(runs, path, ({ state }) => state === 'running');
    const said = answering('showWarningMessage');
    await vscode.commands.executeCommand('pit.deleteRun', path);
    assert.match(said[0], /is running\. Stop it first/);
    assert.ok(existsSync(path));
    await vscode.commands.executeCommand('pit.stopRun', path);
    await untilRun(runs, path, ({ state }) => state === 'stopped');
    await vscode.commands.executeCommand('pit.deleteRun', path);
    assert.ok(existsSync(path), 'deleted without consent');
    const trash = answering('showWarningMessage', 'Move to Trash');
    await vscode.commands.executeCommand('pit.deleteRun', path);
    // This VS Code has no trash: what would be gone for good is asked about once more.
    assert.match(trash[0], /^Delete .*\?$/);
    assert.match(trash[1], /could not be moved to the trash\.$/);
    assert.ok(existsSync(path), 'deleted for good without consent');
    answering('showWarningMessage', 'Move to Trash', 'Delete for Good');
    await vscode.commands.executeCommand('pit.deleteRun', path);
    assert.equal(existsSync(path), false);
    assert.equal(runs.get(path), undefined);
  });

  it('refuses a broken dataset: every problem in the Problems panel, one message, no run', async () => {
    const world = await makeWorld('broken');
    const data = join(world.root, 'data/train/qa.jsonl');
    appendFileSync(data, '{"wiki_id": "nobody", "question": "Who?", "answer": ""}\n');
    const said = answering('showErrorMessage');
    const started = await vscode.commands.executeCommand('pit.run', world.file, { variants: ['pit'], seeds: [1] });
    assert.equal(started, undefined);
    assert.equal(existsSync(join(world.root, 'runs')), false);
    const marks = () => vscode.languages.getDiagnostics(vscode.Uri.file(data));
    assert.ok(
      marks().some(({ range }) => range.start.line === 50),
      'line 51 is not marked',
    );
    await until(() => said.length > 0);
    // The Datasets view marks whole lines, whenever it comes to read them; nothing is then said twice.
    await until(() => marks().some(({ range }) => !range.isEmpty));
    await until(
      () => new Set(marks().map(({ message, range }) => `${range.start.line} ${message}`)).size === marks().length,
    );
    assert.match(said[0], /^broken\.pit\.json can't run: \d+ errors? in it or its data\.$/);
    rmSync(world.root, { recursive: true });
  });
});

/** The trainer of a run and the process that started it. */
function processesOf(path: string): number[] {
  return [RunFolder.open(path).holder(), lockHolder(join(dirname(path), 'conductor.lock'))].map((mark) => mark!.pid);
}

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Entries of the status bar that are made from now on, with whether they are shown. */
function watchedBars() {
  const bars: { item: vscode.StatusBarItem; isShown: boolean }[] = [];
  const make = vscode.window.createStatusBarItem as (...words: unknown[]) => vscode.StatusBarItem;
  const watch = (...words: unknown[]) => {
    const item = make(...words);
    const bar = { item, isShown: false };
    const [show, hide] = [item.show.bind(item), item.hide.bind(item)];
    item.show = () => ((bar.isShown = true), show());
    item.hide = () => ((bar.isShown = false), hide());
    bars.push(bar);
    return item;
  };
  replace(vscode.window, { createStatusBarItem: watch as typeof vscode.window.createStatusBarItem });
  return bars;
}

/** Notifications of a title that can be cancelled, with what they say. */
function watchedNotes(title: string) {
  const notes: { said: string[]; cancel(): void; over: Thenable<unknown> }[] = [];
  const show = vscode.window.withProgress;
  const watch: typeof show = (options, task) => {
    if (options.title !== title || !options.cancellable) return show(options, task);
    const source = new vscode.CancellationTokenSource();
    const said: string[] = [];
    const over = task({ report: ({ message }) => said.push(message!) }, source.token);
    notes.push({ said, over, cancel: () => source.cancel() });
    return over;
  };
  replace(vscode.window, { withProgress: watch });
  return notes;
}

function eventsOf(path: string): RunEvent[] {
  return RunFolder.open(path).readEvents().events;
}

const exists = (path: string) => until(() => existsSync(path));

function memory(): vscode.Memento {
  const values = new Map<string, unknown>();
  return {
    keys: () => [...values.keys()],
    get: <T>(key: string, other?: T) => (values.has(key) ? (values.get(key) as T) : other) as T,
    update: (key, value) => Promise.resolve(void values.set(key, value)),
  };
}
