/** The datasets of the workspace, with what stands unsaved in editors: found, read and kept until something changes. */
import * as path from 'node:path';
import * as vscode from 'vscode';
import type { LoadedDataset } from '../../dataset/load';
import type { DatasetSource } from '../../dataset/source';
import type { Experiments, Holding, Library } from '../lab';
import { isHidden, watchFolders } from '../folders';
import { openDocument } from '../texts';
import { holdingsOf, isBelow } from './holdings';
import { DatasetReader } from './reader';

/** Endings of files that a dataset may be read from. */
const data = '**/*.{qa,jsonl,ndjson,json,csv,tsv,parquet,md,markdown,txt}';
/** What makes a folder a dataset without an experiment that says so, and texts that may belong to it. */
const marked = '**/{doc.jsonl,qa.jsonl,*.qa,*.md,*.markdown,*.txt}';
const passedOver = '**/{node_modules,runs,.*}/**';
/** Milliseconds: a burst of keystrokes counts as one change. */
const settling = 150;

interface Load {
  sources: DatasetSource[];
  loaded: Promise<LoadedDataset>;
  /** Of the files, taken before they were read. */
  stamp: Promise<string>;
}

export class WorkspaceLibrary implements Library {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.changed.event;
  private readonly reader: DatasetReader;
  private readonly loads = new Map<string, Load>();
  private found?: Promise<Holding[]>;
  /** What each experiment has read last, for while it has problems. */
  private readonly readings = new Map<string, DatasetSource[]>();
  /** Watchers of sources outside the workspace, under their paths. */
  private readonly outside = new Map<string, vscode.Disposable>();
  /**
   * Files whose text has been changed in an editor that is still open. Neither `isDirty`, which comes a moment later, nor
   * a save, which the next change may overtake, tells that the disk holds the same.
   */
  private readonly touched = new Set<string>();
  private timer?: NodeJS.Timeout;
  private readonly subscriptions: vscode.Disposable[];

  /** @param worker the bundle of the thread that reads, beside this one unless it is a whole path */
  constructor(
    private readonly experiments: Experiments,
    worker = 'dataset-worker.cjs',
  ) {
    this.reader = new DatasetReader(worker);
    this.subscriptions = [
      this.changed,
      this.reader,
      this.watch(data),
      watchFolders((folder) => this.noteFile(folder)),
      ...this.watchEditors(),
      experiments.onDidChange(() => this.findAgain()),
      vscode.workspace.onDidChangeWorkspaceFolders(() => this.findAgain()),
      // A watcher may miss what others do; whoever comes back to the window has perhaps done it.
      vscode.window.onDidChangeWindowState(({ focused }) => focused && this.sweep().catch(() => {})),
    ];
  }

  holdings(): Promise<Holding[]> {
    this.found ??= this.find();
    return this.found;
  }

  load({ key, sources }: Holding): Promise<LoadedDataset> {
    const known = this.loads.get(key);
    if (known) return known.loaded;
    const stamp = this.reader.stamp(sources);
    stamp.catch(() => {});
    const loaded = this.reader.load(sources, this.editedTexts(sources));
    this.loads.set(key, { sources, loaded, stamp });
    loaded.catch(() => this.loads.get(key)?.loaded === loaded && this.loads.delete(key));
    return loaded;
  }

  refresh(): void {
    this.loads.clear();
    this.experiments.refresh();
    this.findAgain();
  }

  /** Forgets what has been read of datasets whose files are others now. */
  async sweep(): Promise<void> {
    const isSame = async ({ sources, stamp }: Load) => (await this.reader.stamp(sources)) === (await stamp);
    const loads = [...this.loads];
    const same = await Promise.all(loads.map(([, load]) => isSame(load)));
    const stale = loads.filter(([key, load], place) => !same[place] && this.loads.get(key) === load);
    for (const [key] of stale) this.loads.delete(key);
    if (stale.length > 0) this.findAgain();
  }

  dispose(): void {
    clearTimeout(this.timer);
    vscode.Disposable.from(...this.subscriptions, ...this.outside.values()).dispose();
  }

  private async find(): Promise<Holding[]> {
    const files = await this.experiments.files();
    const read = await Promise.all(files.map((file) => this.reading(file)));
    const found = await vscode.workspace.findFiles(marked, passedOver);
    const root = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? '';
    const holdings = holdingsOf(
      read.filter((sources) => sources.length > 0),
      found.map(({ fsPath }) => fsPath),
      root,
    );
    this.watchOutside(holdings);
    return holdings;
  }

  private async reading(file: vscode.Uri): Promise<DatasetSource[]> {
    // One that has just gone, or may not be read, must not hide the data of the others.
    const { experiment } = await this.experiments.read(file).catch(() => ({ experiment: undefined }));
    const { sourcesOf } = await import('../../schedule/paths');
    if (experiment) this.readings.set(file.fsPath, sourcesOf(experiment, path.dirname(file.fsPath)));
    return this.readings.get(file.fsPath) ?? [];
  }

  private watchOutside(holdings: readonly Holding[]): void {
    const sources = holdings.flatMap((holding) => holding.sources.map((source) => source.path));
    const wanted = sources.filter((source) => !vscode.workspace.getWorkspaceFolder(vscode.Uri.file(source)));
    for (const source of wanted) {
      if (this.outside.has(source)) continue;
      const base = path.extname(source) ? path.dirname(source) : source;
      this.outside.set(source, this.watch(new vscode.RelativePattern(vscode.Uri.file(base), data)));
    }
  }

  private watch(pattern: vscode.GlobPattern): vscode.Disposable {
    const watcher = vscode.workspace.createFileSystemWatcher(pattern);
    const appear = ({ fsPath }: vscode.Uri) => this.noteFile(fsPath);
    return vscode.Disposable.from(
      watcher,
      watcher.onDidCreate(appear),
      watcher.onDidDelete(appear),
      // What an editor holds is followed there.
      watcher.onDidChange((file) => !openDocument(file) && this.noteText(file.fsPath)),
    );
  }

  private watchEditors(): vscode.Disposable[] {
    return [
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (contentChanges.length === 0 || document.uri.scheme !== 'file') return;
        this.touched.add(document.uri.fsPath);
        this.noteText(document.uri.fsPath);
      }),
      // Unsaved edits may have been thrown away.
      vscode.workspace.onDidCloseTextDocument(({ uri }) => {
        if (uri.scheme === 'file' && this.touched.delete(uri.fsPath)) this.noteText(uri.fsPath);
      }),
      vscode.workspace.onDidCreateFiles(({ files }) => files.forEach(({ fsPath }) => this.noteFile(fsPath))),
      // A folder that goes takes its files along without a word about each.
      vscode.workspace.onDidDeleteFiles(({ files }) => files.forEach(({ fsPath }) => this.noteFile(fsPath))),
      vscode.workspace.onDidRenameFiles(({ files }) =>
        files.forEach(({ oldUri, newUri }) => (this.noteFile(oldUri.fsPath), this.noteFile(newUri.fsPath))),
      ),
    ];
  }

  private editedTexts(sources: readonly DatasetSource[]): Map<string, string> {
    const open = vscode.workspace.textDocuments.filter(
      ({ uri, isDirty }) =>
        uri.scheme === 'file' && (isDirty || this.touched.has(uri.fsPath)) && isBelow(uri.fsPath, sources),
    );
    return new Map(open.map((document) => [document.uri.fsPath, document.getText()]));
  }

  /** A file or folder has come or gone. */
  private noteFile(file: string): void {
    if (file.endsWith('.pit.json')) return;
    const isRead = this.forget(file);
    // A run that trains writes files all the time.
    if (isRead || !isHidden(file)) this.findAgain();
  }

  private noteText(file: string): void {
    if (this.forget(file)) this.tell();
  }

  /** Whether a dataset that has been read holds the file. */
  private forget(file: string): boolean {
    const stale = [...this.loads].filter(([, { sources }]) =>
      sources.some((source) => isBelow(file, [source]) || isBelow(source.path, [{ path: file }])),
    );
    for (const [key] of stale) this.loads.delete(key);
    return stale.length > 0;
  }

  private findAgain(): void {
    this.found = undefined;
    this.tell();
  }

  private tell(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.changed.fire(), settling);
  }
}
