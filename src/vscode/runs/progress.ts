/**
 * Runs at work, in the status bar and in notifications, whoever started them and whenever: a window that has been
 * reloaded shows them again. A notification stands for an output folder and can be asked to stop all that is in it.
 */
import { dirname } from 'node:path';
import * as vscode from 'vscode';
import { requestStop } from '../../trainer/conduct';
import type { LiveRun, Runs } from '../lab';
import { doneOf, nameOf, runFacts, stageOf, standingOf, statusLine } from './labels';

export const isAtWork = ({ state }: LiveRun) => state === 'running' || state === 'waiting';

export class RunProgressViews implements vscode.Disposable {
  private readonly bar = vscode.window.createStatusBarItem('pit.runs.status', vscode.StatusBarAlignment.Left, 50);
  private readonly stop = vscode.window.createStatusBarItem('pit.runs.stop', vscode.StatusBarAlignment.Left, 49);
  /** By output folder. */
  private readonly notes = new Map<string, Note>();
  private readonly subscription: vscode.Disposable;
  private isTraining = false;

  constructor(private readonly runs: Runs) {
    Object.assign(this.bar, { name: 'PIT: Runs', command: 'pit.openDashboard' });
    Object.assign(this.stop, { name: 'PIT: Stop Runs', command: 'pit.stopAllRuns', text: '$(debug-stop)' });
    Object.assign(this.stop, {
      tooltip: 'Stop training after this step',
      accessibilityInformation: { label: 'Stop training' },
    });
    this.subscription = runs.onDidChange(() => this.show());
    this.show();
  }

  dispose(): void {
    for (const note of this.notes.values()) note.end();
    vscode.Disposable.from(this.bar, this.stop, this.subscription).dispose();
  }

  private show(): void {
    const open = this.runs.all().filter(isAtWork);
    this.showBar(open);
    const outs = new Set(open.map(({ folder }) => dirname(folder.path)));
    for (const out of outs) this.noteOf(out).show(open.filter(({ folder }) => dirname(folder.path) === out));
    for (const [out, note] of this.notes) if (!outs.has(out)) this.close(out, note);
  }

  private showBar(open: readonly LiveRun[]): void {
    const running = open.filter(({ state }) => state === 'running').reverse();
    this.setTraining(open.length > 0);
    if (running.length === 0) {
      this.bar.hide();
      this.stop.hide();
      return;
    }
    this.bar.text = `$(sync~spin) ${statusLine(running, open.length - running.length)}`;
    this.bar.tooltip = running.map((run) => [nameOf(run.folder.identity), ...runFacts(run)].join('\n')).join('\n\n');
    this.bar.command = {
      command: 'pit.openDashboard',
      title: 'Open Dashboard',
      arguments: [open.map(({ folder }) => folder.path)],
    };
    this.bar.accessibilityInformation = { label: `Training ${statusLine(running, open.length - running.length)}` };
    this.bar.show();
    this.stop.show();
  }

  /** What menus go by. */
  private setTraining(isTraining: boolean): void {
    if (this.isTraining === isTraining) return;
    this.isTraining = isTraining;
    void vscode.commands.executeCommand('setContext', 'pit.isTraining', isTraining);
  }

  private noteOf(out: string): Note {
    const note = this.notes.get(out) ?? new Note();
    this.notes.set(out, note);
    return note;
  }

  private close(out: string, note: Note): void {
    note.end();
    this.notes.delete(out);
  }
}

/** A progress notification over runs that come and go. */
class Note {
  private report?: (value: { message: string; increment: number }) => void;
  private finish!: () => void;
  private readonly over = new Promise<void>((done) => (this.finish = done));
  private readonly seen = new Map<string, LiveRun>();
  private shown = 0;

  show(open: readonly LiveRun[]): void {
    for (const [path, run] of this.seen) this.seen.set(path, { ...run, state: 'finished' });
    for (const run of open) this.seen.set(run.folder.path, run);
    if (!this.report) this.begin(open[0]);
    const done = 100 * doneOf([...this.seen.values()]);
    this.report?.({ message: this.message(open), increment: Math.max(0, done - this.shown) });
    this.shown = Math.max(this.shown, done);
  }

  end(): void {
    this.finish();
  }

  private begin({ folder }: LiveRun): void {
    const options = { location: vscode.ProgressLocation.Notification, title: folder.identity.name, cancellable: true };
    void vscode.window.withProgress(options, (progress, cancelled) => {
      this.report = (value) => progress.report(value);
      cancelled.onCancellationRequested(() => stopAll([...this.seen.values()]));
      return this.over;
    });
  }

  private message(open: readonly LiveRun[]): string {
    const running = open.find(({ state }) => state === 'running');
    if (!running) return 'starting';
    const ended = this.seen.size - open.length;
    const turn = this.seen.size > 1 ? `run ${ended + 1} of ${this.seen.size}` : undefined;
    return [turn, nameOf(running.folder.identity), stageOf(running), standingOf(running)].filter(Boolean).join(' · ');
  }
}

/** Asks runs for a clean stop. */
export function stopAll(runs: readonly LiveRun[]): void {
  for (const { folder } of runs) requestStop(folder);
}
