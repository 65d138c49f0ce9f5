/**
 * Whose answers count: the chosen run as it stood at the chosen checkpoint, and what that checkpoint was asked in this
 * window. Everybody in this room looks here; what is read from the disk is read again only when it has changed.
 */
import * as vscode from 'vscode';
import type { Question } from '../../dataset/model';
import type { Prediction } from '../../run/events';
import type { RunFolder } from '../../run/folder';
import type { Lab } from '../lab';
import { AnswerBook, type Found, sameQuestion } from './book';
import { type Checkpoint, checkpointsOf } from './checkpoints';
import { unattended } from '../telling';
import { Evaluations, readBook, standing } from './evaluations';

const memoryKey = 'pit.chosenCheckpoint';

/** The answers of a run up to a checkpoint. */
export interface Standing {
  folder: RunFolder;
  evaluations: Evaluations;
  book: AnswerBook;
  /** The checkpoint that was chosen, where one was. */
  checkpoint?: Checkpoint;
}

export class Chosen implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  /** Other answers count now, or there are more of them. */
  readonly onDidChange = this.changed.event;
  private readonly subscriptions: vscode.Disposable[];
  private evaluations?: Evaluations;
  private book?: { key: string; book: Promise<AnswerBook> };
  private readonly asked = new Map<string, Prediction>();
  /** Tells one state of `recall` from another. */
  version = 0;

  constructor(private readonly lab: Lab) {
    this.subscriptions = [
      lab.runs.onDidChoose(() => this.turn()),
      lab.runs.onDidChange(({ path }) => {
        if (path === lab.runs.chosen?.folder.path) unattended(lab, this.readOn());
      }),
    ];
  }

  /** The chosen run with its answers; undefined where there is no run. */
  async standing(): Promise<Standing | undefined> {
    const folder = this.lab.runs.chosen?.folder;
    if (!folder) return undefined;
    const evaluations = this.evaluationsOf(folder);
    await evaluations.refresh();
    const checkpoint = await this.explicit(folder);
    return { folder, evaluations, checkpoint, book: await this.bookOf(evaluations, checkpoint) };
  }

  /** The checkpoint that answers: the chosen one, else the newest; undefined where the run has none. */
  async checkpoint(): Promise<Checkpoint | undefined> {
    const folder = this.lab.runs.chosen?.folder;
    return folder && ((await this.explicit(folder)) ?? (await checkpointsOf(folder)).at(-1));
  }

  /** @param name of a checkpoint of the chosen run; undefined for always the newest */
  async choose(name: string | undefined): Promise<void> {
    const path = this.lab.runs.chosen?.folder.path;
    await this.lab.context.workspaceState.update(memoryKey, name && { path, name });
    this.turn();
  }

  /** Keeps what the checkpoint has just answered. */
  remember(predictions: readonly Prediction[]): void {
    for (const prediction of predictions) this.asked.set(keyOf(prediction), prediction);
    this.tell();
  }

  /** What the checkpoint answered to exactly this question in this window. */
  recall(question: Question): Found | undefined {
    if (this.asked.size === 0) return undefined;
    const prediction = this.asked.get(keyOf(question));
    return prediction && sameQuestion(prediction, question) ? { prediction } : undefined;
  }

  dispose(): void {
    vscode.Disposable.from(...this.subscriptions, this.changed).dispose();
  }

  private turn(): void {
    this.asked.clear();
    this.tell();
  }

  private tell(): void {
    this.version++;
    this.changed.fire();
  }

  /** A running run goes on: only new answers are news. */
  private async readOn(): Promise<void> {
    const { evaluations } = this;
    if (!evaluations) return;
    const before = evaluations.all.length;
    await evaluations.refresh();
    if (evaluations === this.evaluations && evaluations.all.length !== before) this.turn();
  }

  private evaluationsOf(folder: RunFolder): Evaluations {
    if (this.evaluations?.folder.path !== folder.path) this.evaluations = new Evaluations(folder);
    return this.evaluations!;
  }

  private bookOf(evaluations: Evaluations, checkpoint?: Checkpoint): Promise<AnswerBook> {
    const { folder } = evaluations;
    const counting = standing(evaluations.all, checkpoint);
    const key = JSON.stringify([folder.path, ...counting.map(({ predictions, time }) => [predictions, time])]);
    if (this.book?.key !== key) this.book = { key, book: readBook(folder, counting) };
    return this.book.book;
  }

  private async explicit(folder: RunFolder): Promise<Checkpoint | undefined> {
    const choice = this.lab.context.workspaceState.get<{ path: string; name: string }>(memoryKey);
    if (choice?.path !== folder.path) return undefined;
    return (await checkpointsOf(folder)).find(({ name }) => name === choice.name);
  }
}

const keyOf = ({ documentId, question }: Pick<Question, 'documentId' | 'question'>) => `${documentId}\n${question}`;
