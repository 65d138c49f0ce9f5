/**
 * The dashboard's window on the host: one panel, which may be closed, hidden or rebuilt at any time. What it shows and
 * how it is arranged is kept here; the page gets it when it says that it is ready.
 */
import { randomBytes } from 'node:crypto';
import { dirname } from 'node:path';
import * as vscode from 'vscode';
import { saveFile } from '../save';
import { telling } from '../telling';
import {
  actions,
  firstLook,
  type HostMessage,
  type Kept,
  type Look,
  type PageMessage,
  tableFormats,
} from '../../../webview/messages';
import { messageOf } from '../../errors';
import { Desk } from '../desk';
import type { Dashboard as Shared, Lab } from '../lab';
import { predictionsBefore, runsToShow } from './entries';
import { pageHtml } from './html';
import type * as jobs from './jobs';
import { Projection } from './projection';
import { ShownRuns } from './shown';

/** Milliseconds between two messages about what goes on. */
const pause = 200;

type Heard<T extends PageMessage['type']> = Extract<PageMessage, { type: T }>;

export class Dashboard implements Shared, vscode.Disposable {
  static readonly viewType = 'pit.dashboard';
  panel: vscode.WebviewPanel | undefined = undefined;
  private readonly heard = new vscode.EventEmitter<PageMessage>();
  readonly onDidHear = this.heard.event;
  private readonly desk = new Desk<typeof jobs>('dashboard-worker.cjs');
  private readonly projection = new Projection((message) => this.post(message));
  private readonly runs: ShownRuns;
  private look: Look = firstLook;
  /** The page listens. */
  private isReady = false;
  private timer?: NodeJS.Timeout;
  /** The runs, states and size that the page's recipe table is of. */
  private compared = '';

  constructor(private readonly lab: Lab) {
    this.runs = new ShownRuns(lab.runs, (error) => lab.log.warn(messageOf(error)));
    this.runs.onDidChange(() => this.updateSoon());
  }

  get shown(): readonly string[] {
    return this.runs.paths;
  }

  facts(path: string) {
    return this.runs.facts(path);
  }

  /** Shows runs, those of the active experiment unless told otherwise. */
  async open(paths?: readonly string[]): Promise<void> {
    const wanted = paths ?? (this.panel && this.shown.length > 0 ? this.shown : await this.ofExperiment());
    this.runs.show(wanted);
    if (this.panel) return this.panel.reveal();
    const options = { enableScripts: true };
    this.attach(
      vscode.window.createWebviewPanel(Dashboard.viewType, 'PIT Dashboard', vscode.ViewColumn.Active, options),
    );
  }

  /** Takes a panel over that the window has kept over a reload. */
  adopt(panel: vscode.WebviewPanel, kept: Partial<Kept> = {}): void {
    this.arrange({ ...firstLook, ...kept.look });
    this.runs.show(kept.shown ?? []);
    this.attach(panel);
  }

  private async ofExperiment(): Promise<string[]> {
    const { active } = this.lab.experiments;
    const experiment = active && { ...(await this.lab.experiments.read(active)), folder: dirname(active.fsPath) };
    return runsToShow(this.lab.runs.all(), experiment);
  }

  private attach(panel: vscode.WebviewPanel): void {
    const before = this.panel;
    this.panel = panel;
    before?.dispose();
    this.isReady = false;
    this.runs.isOpen = true;
    const root = vscode.Uri.joinPath(this.lab.context.extensionUri, 'dist', 'webview');
    const { webview } = panel;
    const at = (name: string) => webview.asWebviewUri(vscode.Uri.joinPath(root, name)).toString();
    const icon = (theme: string) => vscode.Uri.joinPath(this.lab.context.extensionUri, `media/dashboard-${theme}.svg`);
    panel.iconPath = { light: icon('light'), dark: icon('dark') };
    webview.onDidReceiveMessage((message: PageMessage) => this.hear(message));
    panel.onDidChangeViewState(() => (this.isReady &&= panel.visible));
    panel.onDidDispose(() => this.detach(panel));
    webview.options = { enableScripts: true, localResourceRoots: [root] };
    const nonce = randomBytes(16).toString('hex');
    webview.html = pageHtml({ script: at('main.js'), style: at('main.css'), own: webview.cspSource, nonce });
  }

  private detach(panel: vscode.WebviewPanel): void {
    if (this.panel !== panel) return;
    this.panel = undefined;
    this.isReady = false;
    this.runs.isOpen = false;
    this.runs.show([]);
    // Steps of one run mean nothing in the runs that are opened next.
    this.arrange({ ...this.look, range: undefined });
  }

  private async hear(message: PageMessage): Promise<void> {
    await telling(this.lab, async () => this.answer(message))();
    this.heard.fire(message);
  }

  private answer(message: PageMessage): Promise<void> | void {
    switch (message.type) {
      case 'ready':
        return this.tellEverything();
      case 'show':
        return this.runs.show(message.paths);
      case 'look':
        return this.arrange(message.look);
      case 'predictions':
        return this.tellPredictions(message);
      case 'openPrediction':
        return openPrediction(message);
      case 'act':
        return this.act(message);
      case 'saveTable':
        return this.saveTable(message);
      case 'save':
        return saveFile(message.name, message.content, this.shown[0]);
    }
  }

  private tellEverything(): void {
    this.isReady = true;
    this.compared = '';
    this.projection.reset();
    this.post({ type: 'everything', shown: [...this.shown], look: this.look });
    this.update();
  }

  private arrange(look: Look): void {
    this.look = look;
    this.projection.zoom(look.range);
    this.updateSoon();
  }

  private updateSoon(): void {
    this.timer ??= setTimeout(() => this.update(), pause);
  }

  private update(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (!this.isReady) return;
    this.projection.update(this.runs.scene());
    void this.tellRecipes();
  }

  /** Compares again when a run has ended or is shown or hidden. */
  private async tellRecipes(): Promise<void> {
    const { paper } = this.look;
    const states = this.shown.map((path) => [path, this.lab.runs.get(path)?.state]);
    const asked = JSON.stringify([paper, states]);
    if (asked === this.compared) return;
    this.compared = asked;
    const told = await this.desk
      .do('recipes', [...this.shown], paper)
      .then((table): HostMessage => ({ type: 'recipes', table }))
      .catch((error): HostMessage => ({ type: 'failed', what: 'recipes', message: messageOf(error) }));
    if (asked === this.compared) this.post(told);
  }

  private async tellPredictions({ at }: Heard<'predictions'>): Promise<void> {
    const before = predictionsBefore(this.facts(at.path) ?? { evaluations: [] }, at.file);
    const told = await this.desk
      .do('predictions', at, before)
      .then((rows): HostMessage => ({ type: 'predictions', at, rows }))
      .catch((error): HostMessage => ({ type: 'failed', what: 'predictions', message: messageOf(error) }));
    this.post(told);
  }

  private async act({ action, path }: Heard<'act'>): Promise<void> {
    if (actions.includes(action)) await vscode.commands.executeCommand(`pit.${action}`, path);
  }

  private async saveTable({ table, format }: Heard<'saveTable'>): Promise<void> {
    const text = await this.desk.do('table', [...this.shown], table, format, this.look.paper);
    const { ending } = tableFormats.find((one) => one.format === format)!;
    await saveFile(`${table}.${ending}`, text, this.shown[0]);
  }

  private post(message: HostMessage): void {
    if (this.isReady) void this.panel?.webview.postMessage(message);
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.panel?.dispose();
    vscode.Disposable.from(this.desk, this.runs, this.heard).dispose();
  }
}

/** Shows the line of a question in its file of predictions. */
async function openPrediction({ at, id }: Heard<'openPrediction'>): Promise<void> {
  const file = vscode.Uri.joinPath(vscode.Uri.file(at.path), at.file);
  const document = await vscode.workspace.openTextDocument(file);
  const place = Math.max(0, document.getText().indexOf(`"id":${JSON.stringify(id)}`));
  const line = document.lineAt(document.positionAt(place));
  await vscode.window.showTextDocument(document, { selection: line.range, viewColumn: vscode.ViewColumn.Beside });
}
