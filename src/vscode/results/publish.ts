/**
 * Publishes the result of a run that has finished as a run of the Testing view, from its predictions and without asking
 * the model: each run once, also when it finished while the window was closed.
 */
import { setTimeout as pause } from 'node:timers/promises';
import * as vscode from 'vscode';
import { nameOf } from '../../run/names';
import type { Question } from '../../dataset/model';
import type { RunFolder } from '../../run/folder';
import { isAtWork } from '../../run/states';
import type { Holding, Lab, LiveRun } from '../lab';
import { type Found, Matching } from './book';
import { experimentOf } from './checkpoints';
import { unattended } from '../telling';
import { Evaluations, readBook, standing } from './evaluations';
import { isDataOf, matchAll } from './sheets';
import type { TestReport } from './test-report';
import type { QuestionTests } from './tests';

const memoryKey = 'pit.unpublishedRuns';
/** Questions of one published run at most: the view keeps an item for each. */
const most = 5000;
/** Questions handed over before others get their turn, and milliseconds until the next: the view takes them in lumps. */
const portion = 100;
const turn = 10;

export class Publisher implements vscode.Disposable {
  private readonly subscriptions: vscode.Disposable[];
  private readonly published = new Set<string>();

  constructor(
    private readonly lab: Lab,
    private readonly tests: QuestionTests,
  ) {
    this.subscriptions = [
      lab.runs.onDidChange(({ path, run }) => unattended(lab, this.look(path, run))),
      tests.onDidOpen(() => {
        const { chosen } = lab.runs;
        if (chosen?.state === 'finished') unattended(lab, this.publish(chosen.folder));
      }),
    ];
    for (const run of lab.runs.all()) unattended(lab, this.look(run.folder.path, run));
  }

  dispose(): void {
    vscode.Disposable.from(...this.subscriptions).dispose();
  }

  /** A run that has been seen at work is published when it has finished, in this window or the next. */
  private async look(path: string, run: LiveRun | undefined): Promise<void> {
    const { workspaceState } = this.lab.context;
    const awaited = workspaceState.get<string[]>(memoryKey, []);
    const isAwaited = run !== undefined && isAtWork(run);
    if (isAwaited === awaited.includes(path)) return;
    const others = awaited.filter((other) => other !== path);
    await workspaceState.update(memoryKey, isAwaited ? [...others, path] : others);
    if (run?.state === 'finished') await this.publish(run.folder);
  }

  /** Of a finished run: only the answers to test questions that read as they did. */
  async publish(folder: RunFolder): Promise<void> {
    if (this.published.has(folder.path)) return;
    this.published.add(folder.path);
    const holding = (await this.lab.library.holdings()).find((one) => isDataOf(folder, one));
    const found = holding && (await this.answers(folder, holding));
    if (!holding || !found || found.length === 0) return;
    const report = this.tests.report(nameOf(folder.identity));
    try {
      if (found.length > most)
        report.note(`The first ${most} of ${found.length} questions; the dashboard has all of them.`);
      await this.fill(report, holding, found.slice(0, most));
    } finally {
      report.end();
    }
  }

  private async answers(folder: RunFolder, holding: Holding): Promise<[Question, Found][]> {
    const test = experimentOf(folder)?.splits.test;
    const evaluations = new Evaluations(folder);
    await evaluations.refresh();
    const final = standing(evaluations.all).filter(({ split, extent }) => split === test && extent === 'full');
    if (final.length === 0) return [];
    const { dataset } = await this.lab.library.load(holding);
    const matched = await matchAll(dataset.questions, new Matching(await readBook(folder, final), true));
    return dataset.questions.flatMap((question): [Question, Found][] => {
      const found = matched.get(question);
      return found && !found.stale ? [[question, found]] : [];
    });
  }

  private async fill(report: TestReport, holding: Holding, found: readonly [Question, Found][]): Promise<void> {
    for (const [i, [question, { prediction }]] of found.entries()) {
      report.answered(await this.tests.tree.itemOf(holding, question), prediction);
      if (i % portion === portion - 1) await pause(turn);
    }
  }
}
