/**
 * The runs of the workspace as their folders tell them, whoever started them. Folders are found by a search, then by
 * the file watcher, and by looking again now and then, for a watcher may miss something; open runs are read on.
 */
import { dirname, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import * as vscode from 'vscode';
import { messageOf } from '../../errors';
import { searchRuns } from '../../run/find';
import { runFiles, RunFolder } from '../../run/folder';
import { settleJobs } from '../../trainer/launchers/slurm';
import type { Experiments, LiveRun, RunNews, Runs } from '../lab';
import { FollowedRun } from './followed';

/** Levels below a workspace folder, a folder `runs`, and an output folder, at which runs are looked for. */
const depth = { workspace: 6, runs: 2, output: 1 };
/** Milliseconds between two looks at open runs, at the folders for new ones, and at Slurm's queue. */
const pause = { look: 300, sweep: 2000, queue: 30_000 };
const chosenKey = 'pit.chosenRun';

export class WorkspaceRuns implements Runs {
  private readonly changed = new vscode.EventEmitter<RunNews>();
  readonly onDidChange = this.changed.event;
  private readonly chose = new vscode.EventEmitter<void>();
  readonly onDidChoose = this.chose.event;
  private readonly runs = new Map<string, FollowedRun>();
  private readonly subscriptions: vscode.Disposable[];
  /** Path of the chosen run. */
  private current?: string;
  /** Resolves when the first search is over. */
  readonly ready: Promise<void>;

  /** @param memory of the workspace, which keeps the chosen run */
  constructor(
    private readonly memory: vscode.Memento,
    private readonly experiments: Pick<Experiments, 'files'>,
    private readonly log: Pick<vscode.LogOutputChannel, 'debug'>,
  ) {
    const watcher = vscode.workspace.createFileSystemWatcher(`**/${runFiles.identity}`, false, true);
    this.subscriptions = [
      watcher,
      watcher.onDidCreate((file) => this.add(dirname(file.fsPath))),
      watcher.onDidDelete((file) => this.drop(dirname(file.fsPath))),
      vscode.workspace.onDidChangeWorkspaceFolders(() => this.search()),
      this.every(pause.look, () => this.look()),
      this.every(pause.sweep, () => this.sweep()),
      this.every(pause.queue, () => this.settle()),
    ];
    this.ready = this.search();
  }

  all(): LiveRun[] {
    return this.sorted().map(({ live }) => live);
  }

  get(path: string): LiveRun | undefined {
    return this.runs.get(path)?.live;
  }

  get chosen(): LiveRun | undefined {
    return this.current === undefined ? undefined : this.get(this.current);
  }

  choose(path: string): void {
    void this.memory.update(chosenKey, path);
    this.compareChoice();
  }

  /** Looks at a run folder at once, as whoever has just made it or lined it up may ask. */
  async notice(path: string): Promise<void> {
    const run = this.runs.get(path);
    if (run) await this.follow(path, run);
    else this.add(path);
  }

  private add(path: string): void {
    if (this.runs.has(path)) return;
    try {
      this.runs.set(path, new FollowedRun(RunFolder.open(path)));
    } catch {
      return; // Just removed, or half written: the next sweep finds it if it is there.
    }
    this.compareChoice();
    this.tell(path);
  }

  /** Forgets a run whose folder is gone. */
  drop(path: string): void {
    if (!this.runs.delete(path)) return;
    this.compareChoice();
    this.tell(path);
  }

  private sorted(): FollowedRun[] {
    const created = ({ folder }: FollowedRun) => folder.identity.created;
    return [...this.runs.values()].sort((a, b) => (created(a) < created(b) ? 1 : -1));
  }

  private tell(path: string): void {
    this.changed.fire({ path, run: this.get(path) });
  }

  /** The choice changes by itself where the newest finished run is another one, or the chosen one is gone. */
  private compareChoice(): void {
    const choice = this.memory.get<string>(chosenKey, '');
    const now = this.runs.has(choice) ? choice : this.sorted().find(({ isFinished }) => isFinished)?.folder.path;
    if (now === this.current) return;
    this.current = now;
    this.chose.fire();
  }

  private async search(): Promise<void> {
    for (const { uri } of vscode.workspace.workspaceFolders ?? [])
      for await (const path of searchRuns(uri.fsPath, depth.workspace)) this.add(path);
  }

  /** Looks for new runs beside experiments and beside runs, and for runs that are gone. */
  private async sweep(): Promise<void> {
    const known = [...this.runs.keys()];
    const found = new Set<string>();
    const files = await this.experiments.files();
    for (const place of new Set(files.map(({ fsPath }) => join(dirname(fsPath), 'runs'))))
      for await (const path of searchRuns(place, depth.runs)) found.add(path);
    for (const place of new Set(known.filter((path) => !found.has(path)).map(dirname)))
      for await (const path of searchRuns(place, depth.output)) found.add(path);
    for (const path of found) this.add(path);
    for (const path of known) if (!found.has(path)) this.drop(path);
  }

  private async look(): Promise<void> {
    for (const [path, run] of this.runs)
      try {
        if (run.isOpen) await this.follow(path, run);
      } catch (error) {
        // One folder that can't be read must not hide the others; it is looked at again.
        this.log.debug(`${path}: ${messageOf(error)}`);
      }
  }

  /** Notes which jobs of Slurm are over; a workspace that nobody trusts starts no program. */
  private async settle(): Promise<void> {
    if (vscode.workspace.isTrusted) await settleJobs(this.all().map(({ folder }) => folder));
  }

  /** Reads a run to its end, letting others work after each portion. */
  private async follow(path: string, run: FollowedRun): Promise<void> {
    let glimpse = run.look();
    let { changed, turned } = glimpse;
    while (glimpse.more) {
      await setImmediate();
      glimpse = run.look();
      changed ||= glimpse.changed;
      turned ||= glimpse.turned;
    }
    if (turned) this.compareChoice();
    if (changed && this.runs.has(path)) this.tell(path);
  }

  /** Does something again and again, never twice at once; what fails once is tried again. */
  private every(milliseconds: number, act: () => Promise<void>): vscode.Disposable {
    let isBusy = false;
    const timer = setInterval(async () => {
      if (isBusy) return;
      isBusy = true;
      await act().catch((error) => this.log.debug(messageOf(error)));
      isBusy = false;
    }, milliseconds);
    return new vscode.Disposable(() => clearInterval(timer));
  }

  dispose(): void {
    vscode.Disposable.from(...this.subscriptions, this.changed, this.chose).dispose();
  }
}
