/** The experiment files of the workspace, with what stands unsaved in editors, and the one that is active. */
import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { ReadExperiment } from '../../schedule/read-experiment';
import { Desk } from '../desk';
import { watchFolders } from '../folders';
import type { Experiments } from '../lab';
import { textOf } from '../texts';
import type { Compiling } from './protocol';
import { scheduleWorker } from './thread';

/** Where the workspace remembers the active experiment. */
const memory = 'pit.activeExperiment';
/** A burst of keystrokes counts as one change. */
const settling = 100;
/** Characters from which on reading a file takes more than a few milliseconds. */
const longText = 50_000;

export class WorkspaceExperiments implements Experiments {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.changed.event;
  private current?: vscode.Uri;
  private found?: Promise<vscode.Uri[]>;
  private timer?: NodeJS.Timeout;
  private searching?: NodeJS.Timeout;
  private readonly desk = new Desk<Pick<Compiling, 'read'>>(scheduleWorker);
  private readonly disposables: vscode.Disposable[];

  constructor(private readonly state: vscode.Memento) {
    const remembered = state.get<string>(memory);
    if (remembered) this.current = vscode.Uri.parse(remembered);
    this.disposables = [this.changed, this.desk, this.watchFiles(), ...this.watchEditors()];
    this.follow(vscode.window.activeTextEditor);
    void this.search();
  }

  get active(): vscode.Uri | undefined {
    return this.current;
  }

  files(): Promise<vscode.Uri[]> {
    this.found ??= this.find().catch((error) => {
      this.found = undefined;
      throw error;
    });
    return this.found;
  }

  activate(file: vscode.Uri): void {
    if (file.toString() === this.current?.toString()) return;
    this.current = file;
    void this.state.update(memory, file.toString());
    this.changed.fire();
  }

  async read(file: vscode.Uri) {
    const read = await this.parse(await textOf(file), file.fsPath);
    return { ...read, name: read.experiment?.name ?? basename(file.fsPath, '.pit.json') };
  }

  dispose(): void {
    clearTimeout(this.timer);
    clearTimeout(this.searching);
    for (const disposable of this.disposables) disposable.dispose();
  }

  /** A file with a long hand-made order is read in a thread, so that typing in it never waits. */
  private async parse(text: string, file: string): Promise<ReadExperiment> {
    if (text.length > longText) return this.desk.do('read', text, file);
    const { parseExperiment } = await import('../../schedule/read-experiment');
    return parseExperiment(text, file);
  }

  refresh(): void {
    this.searchAgain();
  }

  private watchFiles(): vscode.Disposable {
    const watcher = vscode.workspace.createFileSystemWatcher('**/*.pit.json');
    const search = () => this.searchAgain();
    return vscode.Disposable.from(
      watcher,
      watcher.onDidCreate(search),
      watcher.onDidDelete(search),
      watcher.onDidChange((file) => this.noteChange(file)),
      watchFolders(search),
      // A folder that goes takes its files along without a word about each.
      vscode.workspace.onDidDeleteFiles(search),
      vscode.workspace.onDidRenameFiles(search),
      vscode.workspace.onDidChangeWorkspaceFolders(search),
    );
  }

  private watchEditors(): vscode.Disposable[] {
    return [
      vscode.window.onDidChangeActiveTextEditor((editor) => this.follow(editor)),
      vscode.workspace.onDidChangeTextDocument(({ document }) => this.noteChange(document.uri)),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => this.noteChange(uri)),
    ];
  }

  private follow(editor: vscode.TextEditor | undefined): void {
    if (editor && isExperiment(editor.document.uri)) this.activate(editor.document.uri);
  }

  private noteChange(file: vscode.Uri): void {
    if (!isExperiment(file)) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.changed.fire(), settling);
  }

  /** Looks which files there are, soon; one that is gone is no longer active. */
  private searchAgain(): void {
    this.found = undefined;
    clearTimeout(this.searching);
    this.searching = setTimeout(() => void this.search(), settling);
  }

  private async search(): Promise<void> {
    await this.files().catch(() => {});
    this.changed.fire();
  }

  private async find(): Promise<vscode.Uri[]> {
    const files = await findExperiments();
    await this.settleActive(files);
    return files;
  }

  private async settleActive(files: readonly vscode.Uri[]): Promise<void> {
    if (this.current && (await exists(this.current))) return;
    this.current = files[0];
    await this.state.update(memory, files[0]?.toString());
  }
}

/** Whether a file is an experiment that views and commands may speak of. */
function isExperiment({ scheme, path }: vscode.Uri): boolean {
  return scheme === 'file' && path.endsWith('.pit.json') && !/\/(runs|node_modules)\//.test(relative(path));
}

async function findExperiments(): Promise<vscode.Uri[]> {
  const files = await vscode.workspace.findFiles('**/*.pit.json', '**/{node_modules,runs}/**');
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

async function exists(file: vscode.Uri): Promise<boolean> {
  return Promise.resolve(vscode.workspace.fs.stat(file)).then(
    () => true,
    () => false,
  );
}

/** Below the workspace: a workspace may itself lie in a folder called `runs`. */
function relative(path: string): string {
  return `/${vscode.workspace.asRelativePath(vscode.Uri.file(path), false)}`;
}
