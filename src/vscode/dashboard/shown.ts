/** The runs that are shown and what is known of them, read from their folders whenever these go on. */
import * as vscode from 'vscode';
import type { RunFacts } from '../../../webview/messages';
import type { Runs } from '../lab';
import { entryOf, joins } from './entries';
import type { Scene } from './projection';
import { RunReader } from './reader';

export class ShownRuns implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  /** Something is new, of a run that is shown or of the list. */
  readonly onDidChange = this.changed.event;
  /** What is to be shown, found yet or not. */
  private wanted: string[] = [];
  private readonly readers = new Map<string, RunReader>();
  private readonly subscription: vscode.Disposable;
  private readonly since = new Date().toISOString();
  /** Somebody looks: new runs may join. */
  isOpen = false;

  constructor(
    private readonly runs: Runs,
    private readonly report: (error: unknown) => void,
  ) {
    this.subscription = runs.onDidChange(({ path, run }) => {
      if (!run) this.forget(path);
      else if (this.isOpen && joins(run, this.wanted, this.since)) this.wanted = [path, ...this.wanted];
      this.follow(path);
      this.changed.fire();
    });
  }

  get paths(): readonly string[] {
    return this.wanted;
  }

  /** Shows these and no others. */
  show(paths: readonly string[]): void {
    this.wanted = [...new Set(paths)];
    for (const path of this.readers.keys()) if (!this.wanted.includes(path)) this.readers.delete(path);
    for (const path of this.wanted) this.follow(path);
    this.changed.fire();
  }

  facts(path: string): RunFacts | undefined {
    const [run, reader] = [this.runs.get(path), this.readers.get(path)];
    return run && reader?.facts(run);
  }

  scene(): Scene {
    const shown = this.wanted.flatMap((path) => {
      const [run, reader] = [this.runs.get(path), this.readers.get(path)];
      return run && reader ? [[path, reader.shown(run)] as const] : [];
    });
    return { entries: this.runs.all().map(entryOf), wanted: this.wanted, shown: new Map(shown) };
  }

  private forget(path: string): void {
    this.readers.delete(path);
    this.wanted = this.wanted.filter((other) => other !== path);
  }

  private follow(path: string): void {
    const run = this.wanted.includes(path) ? this.runs.get(path) : undefined;
    if (!run) return;
    try {
      const reader = this.readers.get(path) ?? new RunReader(run.folder);
      this.readers.set(path, reader);
      reader.read(() => this.changed.fire()).catch(this.report);
    } catch (error) {
      this.report(error);
    }
  }

  dispose(): void {
    vscode.Disposable.from(this.subscription, this.changed).dispose();
    this.readers.clear();
  }
}
