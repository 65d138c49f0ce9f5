/**
 * Publishes what a run has answered as runs of the Testing view, from its predictions and without asking the model: the
 * end of each stage as soon as all test questions have been put there. Each once, also if the window was closed meanwhile.
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
import { type Answered, Evaluations, readBook } from './evaluations';
import { isDataOf, matchAll } from './sheets';
import type { TestReport } from './test-report';
import type { QuestionTests } from './tests';

/** Of each run that has been seen at work, the files of answers that are published. */
type Memory = Readonly<Partial<Record<string, readonly string[]>>>;

const memoryKey = 'pit.publishedAnswers';
/** Questions of one published run at most: the view keeps an item for each. */
const most = 5000;
/** Questions handed over before others get their turn, and milliseconds until the next: the view takes them in lumps. */
const portion = 100;
const turn = 10;

export class Publisher implements vscode.Disposable {
  private readonly subscriptions: vscode.Disposable[];
  private readonly evaluations = new Map<string, Evaluations>();
  /** Of each run the files of answers that this window has published, or another one before it. */
  private readonly published = new Map<string, Set<string>>();
  private work: Promise<void> = Promise.resolve();

  constructor(
    private readonly lab: Lab,
    private readonly tests: QuestionTests,
  ) {
    for (const [path, files] of Object.entries(this.memory)) this.published.set(path, new Set(files));
    this.subscriptions = [
      lab.runs.onDidChange(({ path, run }) => this.inTurn(() => this.look(path, run))),
      tests.onDidOpen(() => {
        const { chosen } = lab.runs;
        if (chosen) this.inTurn(() => this.publish(chosen.folder));
      }),
    ];
    for (const run of lab.runs.all()) this.inTurn(() => this.look(run.folder.path, run));
  }

  dispose(): void {
    vscode.Disposable.from(...this.subscriptions).dispose();
  }

  /** One after another: the answers of a later stage are to stand over those of an earlier one. */
  private inTurn(act: () => Promise<void>): void {
    this.work = this.work.then(act);
    unattended(this.lab, this.work);
    this.work = this.work.catch(() => undefined);
  }

  private get memory(): Memory {
    return this.lab.context.workspaceState.get<Memory>(memoryKey, {});
  }

  /** A run that has been seen at work is followed to its end, in this window or the next. */
  private async look(path: string, run: LiveRun | undefined): Promise<void> {
    if (!run) this.published.delete(path);
    if (run && isAtWork(run) && !this.memory[path]) await this.remember(path, []);
    if (!this.memory[path]) return;
    if (run) await this.publish(run.folder);
    if (run && run.state !== 'finished') return;
    this.evaluations.delete(path);
    await this.remember(path, undefined);
  }

  private async remember(path: string, files: readonly string[] | undefined): Promise<void> {
    const others = Object.entries(this.memory).filter(([other]) => other !== path);
    const all = Object.fromEntries(files ? [...others, [path, files]] : others);
    await this.lab.context.workspaceState.update(memoryKey, all);
  }

  /** What has been answered since: only the answers to test questions that read as they did. */
  private async publish(folder: RunFolder): Promise<void> {
    const { path } = folder;
    const evaluations = this.evaluations.get(path) ?? new Evaluations(folder);
    this.evaluations.set(path, evaluations);
    await evaluations.refresh();
    const published = this.published.get(path) ?? new Set();
    this.published.set(path, published);
    const isNew = ({ extent, predictions }: Answered) => extent === 'full' && !published.has(predictions);
    const found = evaluations.all.filter(isNew);
    if (found.length === 0) return;
    for (const { predictions } of found) published.add(predictions);
    if (this.memory[path]) await this.remember(path, [...published]);
    const test = experimentOf(folder)?.splits.test;
    for (const evaluation of found) if (evaluation.split === test) await this.publishOne(folder, evaluation);
  }

  private async publishOne(folder: RunFolder, evaluation: Answered): Promise<void> {
    const holding = (await this.lab.library.holdings()).find((one) => isDataOf(folder, one));
    const found = holding && (await this.answers(folder, holding, evaluation));
    if (!holding || !found || found.length === 0) return;
    const { stage } = evaluation;
    const report = this.tests.report(
      `${nameOf(folder.identity)}, ${stage === 0 ? 'before training' : `after stage ${stage}`}`,
    );
    try {
      if (found.length > most)
        report.note(`The first ${most} of ${found.length} questions; the dashboard has all of them.`);
      await this.fill(report, holding, found.slice(0, most));
    } finally {
      report.end();
    }
  }

  private async answers(folder: RunFolder, holding: Holding, evaluation: Answered): Promise<[Question, Found][]> {
    const { dataset } = await this.lab.library.load(holding);
    const matched = await matchAll(dataset.questions, new Matching(await readBook(folder, [evaluation]), true));
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
