/**
 * Tells how runs have ended: also those that ended while no window was open, for the workspace remembers which were at
 * work when it was last seen.
 */
import { basename, dirname } from 'node:path';
import * as vscode from 'vscode';
import { nameOf } from '../../run/names';
import { counted } from '../../run/format';
import { lastWords } from '../../run/reason';
import { isAtWork } from '../../run/states';
import type { LiveRun, RunNews, Runs } from '../lab';
import type { Desk } from './desk';
import { resultOf } from './labels';

const key = 'pit.runsAtWork';

export class Endings implements vscode.Disposable {
  /** Runs that were at work when they were last seen. */
  private readonly atWork: Set<string>;
  /** Finished runs by output folder, told together when nothing is at work there any more. */
  private readonly finished = new Map<string, LiveRun[]>();
  private readonly subscription: vscode.Disposable;

  constructor(
    private readonly runs: Runs,
    private readonly desk: Desk,
    private readonly memory: vscode.Memento,
  ) {
    this.atWork = new Set(memory.get<string[]>(key, []));
    this.subscription = runs.onDidChange((news) => this.take(news));
    for (const run of runs.all()) this.take({ path: run.folder.path, run });
  }

  dispose(): void {
    this.subscription.dispose();
  }

  private take({ path, run }: RunNews): void {
    const was = this.atWork.has(path);
    const is = run !== undefined && isAtWork(run);
    if (is && !was) this.atWork.add(path);
    if (was && !is) this.atWork.delete(path);
    if (is !== was) void this.memory.update(key, [...this.atWork]);
    if (was && run && !is) this.tell(run);
    if (was && !is) this.tellFinished(dirname(path));
  }

  private tell(run: LiveRun): void {
    const out = dirname(run.folder.path);
    if (run.state === 'finished') this.finished.set(out, [...(this.finished.get(out) ?? []), run]);
    else if (run.state === 'failed') void tellFailure(run);
    else if (run.state === 'interrupted' && run.folder.holder()) void tellDeath(run);
    else if (run.state === 'stopped') void tellStop(run);
  }

  private tellFinished(out: string): void {
    const isOver = !this.runs.all().some((run) => dirname(run.folder.path) === out && isAtWork(run));
    const finished = this.finished.get(out);
    if (!isOver || !finished) return;
    this.finished.delete(out);
    void tellResults(finished, this.desk);
  }
}

async function tellResults(runs: readonly LiveRun[], desk: Desk): Promise<void> {
  const paths = runs.map(({ folder }) => folder.path);
  const digests = await Promise.all(paths.map((path) => desk.do('digest', path)));
  const lines = digests
    .filter(({ result }) => result)
    .sort((a, b) => b.result!.exactMatch.value - a.result!.exactMatch.value)
    .map((digest) => `${nameOf(digest.identity)}: ${resultOf(digest)}`);
  const [best = `${nameOf(runs[0].folder.identity)} has finished.`] = lines;
  const what = runs.length === 1 ? best : `${counted(runs.length, 'run')} finished. Best: ${best}`;
  const open = 'Open Dashboard';
  const answer = await vscode.window.showInformationMessage(what, open);
  if (answer === open) await vscode.commands.executeCommand('pit.openDashboard', paths);
}

async function tellFailure(run: LiveRun): Promise<void> {
  await offer(vscode.window.showErrorMessage, `${nameOf(run.folder.identity)} failed: ${run.reason}`, run);
}

/** What the process said last stands in the message: it is often the cause. */
async function tellDeath(run: LiveRun): Promise<void> {
  const words = lastWords(run.folder, 3).trim();
  const sentence = `${nameOf(run.folder.identity)} was interrupted. ${run.reason}`;
  await offer(vscode.window.showErrorMessage, words ? `${sentence} Last words: ${words}` : sentence, run);
}

async function tellStop(run: LiveRun): Promise<void> {
  const where = basename(dirname(run.folder.path));
  await offer(vscode.window.showInformationMessage, `${nameOf(run.folder.identity)} (${where}) has stopped.`, run);
}

type Show = (message: string, ...buttons: string[]) => Thenable<string | undefined>;

async function offer(show: Show, sentence: string, { folder }: LiveRun): Promise<void> {
  const commands: Record<string, string> = { Resume: 'pit.resumeRun', 'Show Log': 'pit.showRunLog' };
  const answer = await show(sentence, ...Object.keys(commands));
  if (answer) await vscode.commands.executeCommand(commands[answer], folder.path);
}
