/** Run PIT in a real window: real trainers on a world so small that a run takes seconds. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import * as vscode from 'vscode';
import type { RunEvent } from '../../src/run/events';
import { RunFolder } from '../../src/run/folder';
import type { Lab, LiveRun, Runs } from '../../src/vscode/lab';
import { Desk } from '../../src/vscode/runs/desk';
import { Digests } from '../../src/vscode/runs/digests';
import { Endings } from '../../src/vscode/runs/endings';
import { WorkspaceRuns } from '../../src/vscode/runs/registry';
import { RunsTree } from '../../src/vscode/runs/tree';
import { fillWorld } from '../cli/small';
import { until } from './support';

const extension = () => vscode.extensions.getExtension<Lab>('pit-lab.pit-lab')!;
const bundle = (name: string) => join(extension().extensionPath, 'dist', name);

describe('Run PIT', function () {
  this.timeout(300_000);
  let lab: Lab;
  let runs: Runs;
  const restore: (() => void)[] = [];

  before(async () => {
    lab = await extension().activate();
    runs = lab.runs;
  });
  afterEach(() => restore.splice(0).forEach((undo) => undo()));

  /** Answers the next messages of a kind; gives what they said. */
  function answering(kind: 'showWarningMessage' | 'showErrorMessage' | 'showInformationMessage', answer?: string) {
    const said: string[] = [];
    const original = vscode.window[kind];
    const fake = (message: string, ...rest: unknown[]) => {
      said.push(message);
      return Promise.resolve(rest.includes(answer) ? answer : undefined);
    };
    Object.assign(vscode.window, { [kind]: fake });
    restore.push(() => Object.assign(vscode.window, { [kind]: original }));
    return said;
  }

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
    const world = await makeWorld('halting', { recipes: [{ recipe: 'pit', epochs: [12, 1] }] });
    const [path] = await run(world);
    answering('showInformationMessage');
    await untilRun(runs, path, ({ progress }) => (progress?.stage?.step ?? 0) >= 2);
    await vscode.commands.executeCommand('pit.stopRun', path);
    await untilRun(runs, path, ({ state }) => state === 'stopped');
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
    const world = await makeWorld('killed', { recipes: [{ recipe: 'pit', epochs: [12, 1] }] });
    const [path] = await run(world);
    await untilRun(runs, path, ({ progress }) => (progress?.stage?.step ?? 0) >= 2);
    const said = answering('showErrorMessage', 'Resume');
    process.kill(RunFolder.open(path).holder()!.pid, 'SIGKILL');
    const dead = await untilRun(runs, path, ({ state }) => state === 'interrupted');
    assert.match(dead.reason!, /killed \(SIGKILL\)/);
    await untilRun(runs, path, ({ state }) => state === 'finished');
    assert.match(said[0], /Pre-instruction-tuning.*interrupted.*SIGKILL/i);
  });

  it('finds a run again in a window that comes later, with nothing missing', async () => {
    const world = await makeWorld('again', { recipes: [{ recipe: 'pit', epochs: [12, 1] }] });
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
    const original = vscode.window.showQuickPick;
    const offered: string[] = [];
    const pick = (items: readonly { label: string }[]) => {
      offered.push(...items.map(({ label }) => basename(label)));
      return Promise.resolve(items.find(({ label }) => label.endsWith('other.pit.json')));
    };
    Object.assign(vscode.window, { showQuickPick: pick });
    restore.push(() => Object.assign(vscode.window, { showQuickPick: original }));
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
    const world = await makeWorld('terminal', { recipes: [{ recipe: 'pit', epochs: [12, 1] }] });
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
    const world = await makeWorld('deleted', { recipes: [{ recipe: 'pit', epochs: [12, 1] }] });
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
    const original = vscode.window.showWarningMessage;
    const consent = (_: string, __: unknown, button: string) => Promise.resolve(button);
    Object.assign(vscode.window, { showWarningMessage: consent });
    restore.push(() => Object.assign(vscode.window, { showWarningMessage: original }));
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
    const problems = vscode.languages.getDiagnostics(vscode.Uri.file(data));
    assert.ok(
      problems.some(({ range }) => range.start.line === 50),
      'line 51 is not marked',
    );
    await until(() => said.length > 0);
    assert.match(said[0], /^broken\.pit\.json can't run: \d+ errors? in it or its data\.$/);
    rmSync(world.root, { recursive: true });
  });
});

interface World {
  root: string;
  file: vscode.Uri;
}

/** A folder of the workspace with an experiment and its data. */
async function makeWorld(name: string, changes: Record<string, unknown> = {}): Promise<World> {
  const root = join(vscode.workspace.workspaceFolders![0].uri.fsPath, 'runs-test', name);
  mkdirSync(root, { recursive: true });
  const file = await fillWorld(root, changes, name);
  return { root, file: vscode.Uri.file(file) };
}

function eventsOf(path: string): RunEvent[] {
  return RunFolder.open(path).readEvents().events;
}

/** Resolves with the run when the window knows it to fulfil a condition. */
function untilRun(runs: Runs, path: string, met: (run: LiveRun) => boolean): Promise<LiveRun> {
  return new Promise((done) => {
    const check = () => {
      const run = runs.get(path);
      if (!run || !met(run)) return;
      listening.dispose();
      done(run);
    };
    const listening = runs.onDidChange(check);
    check();
  });
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
