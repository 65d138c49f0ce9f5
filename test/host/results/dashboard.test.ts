/** The dashboard in a real window: it opens on the active experiment's runs, follows them, and comes back when rebuilt. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { RunEvent } from '../../../src/run/events';
import { RunFolder } from '../../../src/run/folder';
import { markOf } from '../../../src/run/process';
import { summarizeRun } from '../../../src/run/summary';
import type { Dashboard, Lab } from '../../../src/vscode/lab';
import type { PageMessage } from '../../../webview/messages';
import { stepEvent } from '../../unit/run/step';
import { next, theLab, until, workspaceFolder } from '../support';

const time = '2024-05-26T10:00:00.000Z';

describe('The dashboard', () => {
  let lab: Lab;
  let dashboard: Dashboard;

  before(async () => {
    lab = await theLab();
    dashboard = lab.dashboard!;
  });
  after(() => vscode.commands.executeCommand('workbench.action.closeAllEditors'));

  /** A finished run of the workspace's experiment, known to the window. */
  async function makeRun(seed: number, created = time): Promise<RunFolder> {
    const path = join(workspaceFolder(), 'runs/people', `pit-seed${seed}`);
    mkdirSync(path, { recursive: true });
    const identity = { name: 'people', recipe: 'pit', seed, created, model: 'nano', dataHash: 'c0ffee', versions: {} };
    const folder = RunFolder.create(path, identity);
    for (const event of events(folder)) folder.appendEvent(event);
    await until(() => lab.runs.get(path)?.state === 'finished');
    return folder;
  }

  it('opens on the runs of the active experiment, the newest first, and hears that the page is ready', async () => {
    const older = await makeRun(1);
    const newer = await makeRun(2, '2024-05-27T10:00:00.000Z');
    const ready = heard('ready');
    await vscode.commands.executeCommand('pit.openDashboard');
    await ready;
    assert.deepEqual(dashboard.shown, [newer.path, older.path]);
    const { html } = dashboard.panel!.webview;
    assert.match(html, /default-src 'none'; script-src 'nonce-[0-9a-f]{32}';/);
    assert.doesNotMatch(html, /unsafe|https?:\/\/(?!.*vscode)/);
  });

  it('knows of a run what its summary says', async () => {
    const [path] = dashboard.shown;
    const summary = summarizeRun(RunFolder.open(path));
    const facts = await until(() => [dashboard.facts(path)!].find(({ stages }) => stages.length === 2));
    assert.deepEqual(
      facts.stages.map(({ number, name, test, train, perplexity }) => ({ number, name, test, train, perplexity })),
      summary.stages.map(({ number, name, test, train, perplexity }) => ({ number, name, test, train, perplexity })),
    );
    assert.deepEqual(
      [facts.tokens, facts.state, facts.device?.reason],
      [summary.tokens, summary.state, 'as asked for'],
    );
  });

  it('follows a run that goes on, and shows a new one of the same experiment', async () => {
    const [path] = dashboard.shown;
    const folder = RunFolder.open(path);
    folder.appendEvent({ type: 'started', time, resumed: true, ...markOf() });
    await vscode.commands.executeCommand('pit.openDashboard', [path]);
    assert.deepEqual(dashboard.shown, [path]);
    const late = await makeRun(3, new Date(Date.now() + 1000).toISOString());
    await until(() => dashboard.shown.length === 2);
    assert.deepEqual(dashboard.shown, [late.path, path]);
  });

  it('saves a table where the person says', async () => {
    const file = vscode.Uri.file(join(workspaceFolder(), 'out.md'));
    const original = vscode.window.showSaveDialog;
    Object.assign(vscode.window, { showSaveDialog: () => Promise.resolve(file) });
    try {
      const paths = lab.runs.all().map(({ folder }) => folder.path);
      await vscode.commands.executeCommand('pit.openDashboard', paths);
      const saved = heard('saveTable');
      receive({ type: 'saveTable', table: 'stages', format: 'markdown' });
      await saved;
      assert.match(readFileSync(file.fsPath, 'utf8'), /^\| Setting \|.* Seed \| Stage \| EM/);
    } finally {
      Object.assign(vscode.window, { showSaveDialog: original });
    }
  });

  it('comes back in a panel that the window has kept over a reload, showing the same', async () => {
    const paths = dashboard.shown.slice(0, 1);
    dashboard.panel!.dispose();
    assert.equal(dashboard.panel, undefined);
    const ready = heard('ready');
    const panel = vscode.window.createWebviewPanel('pit.dashboard', 'PIT Dashboard', vscode.ViewColumn.One, {});
    adopt(panel, { shown: paths });
    await ready;
    assert.deepEqual(dashboard.shown, paths);
    assert.equal(dashboard.panel, panel);
  });

  it('gives way to a panel that the window brings back while another is open: one stays', async () => {
    const [path] = dashboard.shown;
    const before = dashboard.panel!;
    const gone = next(before.onDidDispose);
    const ready = heard('ready');
    const panel = vscode.window.createWebviewPanel('pit.dashboard', 'PIT Dashboard', vscode.ViewColumn.One, {});
    adopt(panel, { shown: [path] });
    await Promise.all([gone, ready]);
    assert.equal(dashboard.panel, panel);
    assert.deepEqual(dashboard.shown, [path]);
    assert.equal(dashboardTabs().length, 1);
    const folder = RunFolder.open(path);
    folder.appendEvent({ type: 'started', time, resumed: true, ...markOf() });
    const late = await makeRun(4, new Date(Date.now() + 1000).toISOString());
    await until(() => dashboard.shown.includes(late.path));
  });

  it('is rebuilt when it was hidden', async () => {
    const before = [...dashboard.shown];
    const document = await vscode.workspace.openTextDocument(join(workspaceFolder(), 'people.pit.json'));
    await vscode.window.showTextDocument(document, dashboard.panel!.viewColumn);
    await until(() => dashboard.panel!.visible === false);
    const ready = heard('ready');
    dashboard.panel!.reveal();
    await ready;
    assert.deepEqual(dashboard.shown, before);
  });

  const dashboardTabs = () =>
    vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs).filter(({ label }) => label === 'PIT Dashboard');

  /** Resolves when the page has said something of a kind, and it has been answered. */
  function heard(type: PageMessage['type']): Promise<void> {
    return next(dashboard.onDidHear).then((message) => (message.type === type ? undefined : heard(type)));
  }

  /** What the extension itself hears from a page and from the window; not for others, so the interface doesn't name it. */
  const inner = () => dashboard as unknown as { hear(message: PageMessage): void; adopt(...words: unknown[]): void };
  const receive = (message: PageMessage) => inner().hear(message);
  const adopt = (panel: vscode.WebviewPanel, kept: object) => inner().adopt(panel, kept);
});

const about = (value: number) => ({ value, low: value - 0.1, high: value + 0.1 });
const answers = (value: number) => ({
  count: 10,
  exactMatch: about(value),
  recall: about(value),
  rougeL: about(value),
});

function* events(folder: RunFolder): Generator<RunEvent> {
  yield { type: 'started', time, pid: 1, host: 'elsewhere', resumed: false };
  const device = { engine: 'onnx', version: '1.30.0', device: 'cpu', reason: 'as asked for', parameters: 1000 };
  yield { type: 'device', time, ...device };
  for (const stage of [1, 2]) {
    yield { type: 'stage-started', time, stage, name: `part ${stage}`, epochs: 1, steps: 3 };
    for (const step of [1, 2, 3]) yield stepEvent(step, { time, stage, loss: 5 - step, documentLoss: 5 - step });
    const at = { time, stage, epoch: 1, step: 3, seconds: 1, extent: 'full' } as const;
    const predictions = folder.writePredictions(`stage-${stage}`, []);
    const documents = { documents: 3, tokens: 120, perplexity: 10 / stage };
    yield { type: 'evaluated', ...at, split: 'test', answers: answers(stage / 5), documents, predictions };
    yield { type: 'evaluated', ...at, split: 'train', answers: answers(0.9) };
  }
  yield { type: 'finished', time, seconds: 10 };
}
