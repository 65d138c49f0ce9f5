/**
 * Every question is a test: the controller of the Testing view, and how items are run by asking the chosen checkpoint.
 * Nothing is asked in a workspace that is not trusted.
 */
import * as vscode from 'vscode';
import { nameOf } from '../../run/names';
import { messageOf } from '../../errors';
import type { Question } from '../../dataset/model';
import type { Prediction } from '../../run/events';
import type { Holding, Lab } from '../lab';
import type { Answerers } from './answerers';
import type { Chosen } from './chosen';
import { unattended } from '../telling';
import { TestReport, type TestRunSummary } from './test-report';
import { type Node, TestTree } from './test-tree';

/** Questions that are made and handed to the Testing view at a time. */
const portion = 256;
/** Milliseconds of quiet before changed datasets are shown. */
const quiet = 400;

export class QuestionTests implements vscode.Disposable {
  readonly controller = vscode.tests.createTestController('pit.questions', 'PIT Questions');
  readonly tree: TestTree;
  private readonly ended = new vscode.EventEmitter<TestRunSummary>();
  /** A run of the Testing view is over. */
  readonly onDidEnd = this.ended.event;
  private readonly opened = new vscode.EventEmitter<void>();
  /** Somebody looks at the Testing view. */
  readonly onDidOpen = this.opened.event;
  private readonly subscriptions: vscode.Disposable[];
  private timer?: NodeJS.Timeout;

  constructor(
    private readonly lab: Lab,
    private readonly chosen: Chosen,
    private readonly answerers: Answerers,
  ) {
    this.tree = new TestTree(this.controller, lab);
    this.controller.resolveHandler = async (item) => {
      await this.tree.open(item);
      if (!item) this.opened.fire();
    };
    this.controller.refreshHandler = () => this.tree.refresh();
    this.subscriptions = [this.controller, this.ended, this.opened, lab.library.onDidChange(() => this.plan())];
    if (vscode.workspace.isTrusted) this.addProfile();
    else this.subscriptions.push(vscode.workspace.onDidGrantWorkspaceTrust(() => this.addProfile()));
  }

  /** A run of the Testing view to be filled. */
  report(name: string, request: vscode.TestRunRequest = new vscode.TestRunRequest()): TestReport {
    return new TestReport(this.controller.createTestRun(request, name), name, (summary) => this.ended.fire(summary));
  }

  /** Asks one question; shows the answer as a test run. */
  async askOne(holding: Holding, question: Question): Promise<Prediction | undefined> {
    const item = await this.tree.itemOf(holding, question);
    const cancellation = new vscode.CancellationTokenSource();
    const [prediction] = await this.run(new vscode.TestRunRequest([item]), cancellation.token);
    return prediction;
  }

  /** Asks the questions at and below the included items, or all. */
  async run(request: vscode.TestRunRequest, token: vscode.CancellationToken): Promise<Prediction[]> {
    const report = this.report(await this.runName(), request);
    const answers: Prediction[] = [];
    try {
      for (const node of await this.included(request)) {
        const questions = (await this.tree.questionsBelow(node)).filter(await this.notExcluded(request));
        for await (const part of this.ask(report, node.holding, questions, token)) answers.push(...part);
        if (token.isCancellationRequested) break;
      }
    } finally {
      report.end();
      this.chosen.remember(answers);
    }
    return answers;
  }

  dispose(): void {
    clearTimeout(this.timer);
    vscode.Disposable.from(...this.subscriptions).dispose();
  }

  private async *ask(
    report: TestReport,
    holding: Holding,
    questions: readonly Question[],
    token: vscode.CancellationToken,
  ): AsyncGenerator<Prediction[]> {
    for (let start = 0; start < questions.length && !token.isCancellationRequested; start += portion) {
      const part = questions.slice(start, start + portion);
      const items = await Promise.all(part.map((question) => this.tree.itemOf(holding, question)));
      for (const item of items) report.started(item);
      let done = 0;
      try {
        const client = await this.answerers.current();
        for await (const answers of client.ask(part, () => token.isCancellationRequested)) {
          for (const answer of answers) report.answered(items[done++], answer);
          yield answers;
        }
      } catch (error) {
        for (; done < part.length; done++) report.errored(items[done], part[done].id, messageOf(error));
        return report.note(messageOf(error));
      }
    }
  }

  private async included({ include }: vscode.TestRunRequest): Promise<Node[]> {
    if (include) return include.flatMap((item) => this.tree.nodeOf(item) ?? []);
    return (await this.lab.library.holdings()).map((holding) => ({ kind: 'dataset', holding }));
  }

  private async notExcluded({ exclude = [] }: vscode.TestRunRequest): Promise<(question: Question) => boolean> {
    const excluded = new Set<Question>();
    for (const node of exclude.flatMap((item) => this.tree.nodeOf(item) ?? []))
      for (const question of await this.tree.questionsBelow(node)) excluded.add(question);
    return (question) => !excluded.has(question);
  }

  private async runName(): Promise<string> {
    const run = this.lab.runs.chosen;
    const checkpoint = await this.chosen.checkpoint();
    return run && checkpoint ? `${nameOf(run.folder.identity)}, ${checkpoint.label}` : 'Ask the Model';
  }

  private addProfile(): void {
    const run = async (request: vscode.TestRunRequest, token: vscode.CancellationToken) => {
      await this.run(request, token);
    };
    this.controller.createRunProfile('Ask the Model', vscode.TestRunProfileKind.Run, run, true);
  }

  private plan(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => unattended(this.lab, this.tree.refresh()), quiet);
  }
}
