/**
 * Run PIT: saves what is unsaved, checks everything, asks what to train, makes the run folders and starts the process
 * that trains them one after another. From then on the window only watches.
 */
import { basename } from 'node:path';
import * as vscode from 'vscode';
import { UserError } from '../../errors';
import { counted } from '../../run/format';
import { RunFolder } from '../../run/folder';
import { startConductor } from '../../trainer/launch';
import type { Lab, LiveRun } from '../lab';
import { followed } from '../long-work';
import { isTrusted } from '../trust';
import { resumable } from './actions';
import { type Choice, chooseRuns } from './choose';
import type { Desk } from './desk';
import type { Opened } from './jobs';
import { allows } from './permission';
import { Refusal } from './refusal';
import { WorkspaceRuns } from './registry';
import { experimentFor } from './target';

export class RunPit implements vscode.Disposable {
  private readonly refusal = new Refusal();

  constructor(
    private readonly lab: Lab & { runs: WorkspaceRuns },
    private readonly desk: Desk,
  ) {}

  /**
   * The paths of the runs that have been started or lined up; undefined where nothing was.
   * @param at experiment or data file
   * @param choice what to train, where whoever calls knows it
   */
  async run(at?: vscode.Uri, choice?: Choice): Promise<string[] | undefined> {
    if (!(await isTrusted('Training'))) return undefined;
    const file = await experimentFor(this.lab.experiments, at);
    if (!file) return undefined;
    await saveAll();
    const check = await busy(`Checking ${basename(file.fsPath)}`, () => this.desk.do('check', file.fsPath));
    this.refusal.note(check.problems);
    const errors = check.problems.filter(({ severity }) => severity === 'error');
    if (errors.length > 0) {
      void this.refusal.show(file, errors);
      return undefined;
    }
    const chosen = choice ?? (await chooseRuns(file, check, this.lab.context.workspaceState));
    return chosen && (await allows(check.words)) ? this.start(file, chosen, check.words.length > 0) : undefined;
  }

  /** Goes on with those of the runs that have been stopped or interrupted or have failed. */
  async resume(runs: readonly LiveRun[]): Promise<void> {
    const groups = resumable(runs);
    if (groups.size === 0) throw new UserError('Only a run that was stopped or interrupted or has failed can go on.');
    if (!(await isTrusted('Training'))) return;
    const words = await this.desk.do('wordsOf', [...groups.values()].flat());
    if (!(await allows(words))) return;
    for (const [out, paths] of groups) {
      await this.desk.do('reopen', paths);
      this.launch(out, paths, words.length > 0);
    }
  }

  dispose(): void {
    this.refusal.dispose();
  }

  private async start(
    file: vscode.Uri,
    choice: Choice,
    allowed: boolean,
    again = false,
  ): Promise<string[] | undefined> {
    const order = { file: file.fsPath, ...choice, jobs: jobs(), again };
    const opened = await followed({ title: 'Making run folders' }, (watch) => this.desk.do('open', order, watch));
    if (opened.paths.length > 0) {
      this.launch(opened.out, opened.paths, allowed);
      return opened.paths;
    }
    if (await wantsAgain(opened)) return this.start(file, choice, allowed, true);
    return undefined;
  }

  /** @param allowed whether the person has agreed to what would be run in the words of an experiment */
  private launch(out: string, paths: string[], allowed: boolean): void {
    startConductor(
      out,
      paths.map((path) => RunFolder.open(path)),
      { jobs: jobs(), allowed },
    );
    for (const path of paths) void this.lab.runs.notice(path);
  }
}

function jobs(): number {
  return Math.max(1, vscode.workspace.getConfiguration('pit').get<number>('jobs', 1));
}

/** A trainer reads the files on the disk. */
async function saveAll(): Promise<void> {
  const unsaved = vscode.workspace.textDocuments.filter(({ isDirty, uri }) => isDirty && uri.scheme === 'file');
  for (const document of unsaved) await document.save();
}

function busy<T>(title: string, work: () => Promise<T>): Thenable<T> {
  return vscode.window.withProgress({ location: vscode.ProgressLocation.Notification, title }, work);
}

/** Nothing is left to do: says why, and whether finished runs shall be trained once more. */
async function wantsAgain({ finished, busy }: Opened): Promise<boolean> {
  if (finished === 0) {
    await vscode.window.showInformationMessage(`${counted(busy, 'run')} of these settings and data at work already.`);
    return false;
  }
  const again = 'Train Again';
  const sentence = `All ${counted(finished, 'run')} of these settings and data have finished.`;
  return (await vscode.window.showInformationMessage(sentence, again)) === again;
}
