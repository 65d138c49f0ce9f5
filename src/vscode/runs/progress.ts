/**
 * Runs at work, in the status bar and in notifications, whoever started them and whenever: a window that has been
 * reloaded shows them again. A notification stands for an output folder and can be asked to stop all that is in it.
 */
import * as vscode from 'vscode';
import { nameOf } from '../../run/names';
import { isAtWork } from '../../run/states';
import { requestStop } from '../../trainer/stop';
import type { LiveRun, Runs } from '../lab';
import { doneOf, groupLine, groupsOf, type RunGroup, runFacts, statusLine } from './labels';

export class RunProgressViews implements vscode.Disposable {
  private readonly bar = vscode.window.createStatusBarItem('pit.runs.status', vscode.StatusBarAlignment.Left, 49.2);
  private readonly stop = vscode.window.createStatusBarItem('pit.runs.stop', vscode.StatusBarAlignment.Left, 49.1);
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
    const all = this.runs.all();
    const open = all.filter(isAtWork);
    this.showBar(open);
    if (open.length === 0 && this.notes.size === 0) return;
    const groups = groupsOf(all).filter(({ runs }) => runs.some(isAtWork));
    for (const group of groups) this.noteOf(group.out).show(group);
    for (const [out, note] of this.notes) if (!groups.some((group) => group.out === out)) this.close(out, note);
  }

  private showBar(open: readonly LiveRun[]): void {
    const running = open.filter(({ state }) => state === 'running').reverse();
    this.setTraining(open.length > 0);
    if (open.length === 0) {
      this.bar.hide();
      this.stop.hide();
      return;
    }
    const line = statusLine(running, open.length - running.length);
    this.bar.text = `$(sync~spin) ${line}`;
    this.bar.tooltip = running.map((run) => [nameOf(run.folder.identity), ...runFacts(run)].join('\n')).join('\n\n');
    this.bar.command = {
      command: 'pit.openDashboard',
      title: 'Open Dashboard',
      arguments: [open.map(({ folder }) => folder.path)],
    };
    this.bar.accessibilityInformation = { label: `Training: ${line}` };
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

/** A progress notification over the runs of a group. */
class Note {
  private progress?: vscode.Progress<{ message: string; increment: number }>;
  private finish!: () => void;
  private readonly over = new Promise<void>((done) => (this.finish = done));
  private group!: RunGroup;
  private shown = 0;

  show(group: RunGroup): void {
    this.group = group;
    if (!this.progress) this.begin();
    const done = 100 * doneOf(group.runs);
    this.progress?.report({ message: groupLine(group), increment: Math.max(0, done - this.shown) });
    this.shown = Math.max(this.shown, done);
  }

  end(): void {
    this.finish();
  }

  private begin(): void {
    const options = { location: vscode.ProgressLocation.Notification, title: this.group.name, cancellable: true };
    void vscode.window.withProgress(options, (progress, cancelled) => {
      this.progress = progress;
      cancelled.onCancellationRequested(() => stopAll(this.group.runs.filter(isAtWork)));
      return this.over;
    });
  }
}

/** Asks runs for a clean stop. */
export function stopAll(runs: readonly LiveRun[]): void {
  for (const { folder } of runs) void requestStop(folder);
}
