/** What finished and running runs have to say, read at the desk and kept; a run that goes on is read again now and then. */
import * as vscode from 'vscode';
import type { LiveRun, Runs } from '../lab';
import type { Desk } from './desk';
import type { RunDigest } from './jobs';

interface Kept {
  digest?: RunDigest;
  isStale: boolean;
  isReading: boolean;
  /** No reading before this moment. */
  next: number;
}

/** A run that goes on is read again after so many times what reading it took, in milliseconds at least. */
const patience = { times: 20, least: 2000 };

export class Digests implements vscode.Disposable {
  private readonly read = new vscode.EventEmitter<string>();
  /** A run's digest has been read; its path. */
  readonly onDidRead = this.read.event;
  private readonly kept = new Map<string, Kept>();
  private readonly subscription: vscode.Disposable;

  constructor(
    private readonly runs: Runs,
    private readonly desk: Desk,
  ) {
    this.subscription = runs.onDidChange(({ path, run }) => {
      const kept = this.kept.get(path);
      if (!run) this.kept.delete(path);
      else if (kept) Object.assign(kept, { isStale: true, next: kept.digest?.state === run.state ? kept.next : 0 });
    });
  }

  /** What is known now; asks for more where that is old. */
  get({ folder: { path }, state }: LiveRun): RunDigest | undefined {
    const kept = this.kept.get(path) ?? { isStale: true, isReading: false, next: 0 };
    this.kept.set(path, kept);
    if (state !== 'waiting' && kept.isStale && !kept.isReading && Date.now() >= kept.next)
      void this.refresh(path, kept);
    return kept.digest;
  }

  /** What is known when it has been read. */
  async fresh(path: string): Promise<RunDigest> {
    return this.desk.do('digest', path);
  }

  private async refresh(path: string, kept: Kept): Promise<void> {
    Object.assign(kept, { isReading: true, isStale: false });
    const began = Date.now();
    try {
      kept.digest = await this.desk.do('digest', path);
    } catch {
      kept.digest = undefined; // A folder that is being removed or is damaged has no numbers; its state says so.
    }
    const now = Date.now();
    const rest = Math.max(patience.least, patience.times * (now - began));
    // A run that has turned while it was read is read again at once.
    const hasTurned = kept.isStale && this.runs.get(path)?.state !== kept.digest?.state;
    Object.assign(kept, { isReading: false, next: hasTurned ? 0 : now + rest });
    if (this.runs.get(path)) this.read.fire(path);
  }

  dispose(): void {
    vscode.Disposable.from(this.subscription, this.read).dispose();
  }
}
