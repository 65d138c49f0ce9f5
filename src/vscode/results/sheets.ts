/**
 * What is known of the questions in a file: which these are, by the library, and the chosen run's answer to each. Both
 * are worked out once for a version of the dataset and of the answers, in portions that block nothing.
 */
import * as vscode from 'vscode';
import { isBelow } from '../../dataset/source';
import { sourcesOf } from '../../schedule/paths';
import type { LoadedDataset } from '../../dataset/load';
import type { Question } from '../../dataset/model';
import type { RunFolder } from '../../run/folder';
import type { Holding, Lab } from '../lab';
import { type AnswerBook, type Found, Matching } from './book';
import { eachInPortions } from '../../portions';
import { experimentOf } from './checkpoints';
import type { Chosen, Standing } from './chosen';

export interface Sheet {
  holding: Holding;
  questions: readonly Question[];
  standing?: Standing;
  find(question: Question): Found | undefined;
}

type Answers = ReadonlyMap<Question, Found>;

export class Sheets implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  /** Any file may have other questions or answers now. */
  readonly onDidChange = this.changed.event;
  private readonly subscriptions: vscode.Disposable[];
  private readonly files = new WeakMap<LoadedDataset, Promise<Map<string, Question[]>>>();
  private readonly sheets = new Map<string, { parts: unknown[]; sheet: Sheet }>();
  private readonly matched = new WeakMap<LoadedDataset, { book: AnswerBook; answers: Promise<Answers> }>();

  constructor(
    private readonly lab: Lab,
    private readonly chosen: Chosen,
  ) {
    const tell = () => this.changed.fire();
    this.subscriptions = [lab.library.onDidChange(tell), chosen.onDidChange(tell)];
  }

  /** Undefined for a file that holds no questions. */
  async of(file: string): Promise<Sheet | undefined> {
    for (const holding of await this.holdingsWith(file, this.lab.runs.chosen?.folder)) {
      const loaded = await this.lab.library.load(holding);
      const questions = (await this.byFile(loaded)).get(file);
      if (!questions) continue;
      const standing = await this.chosen.standing();
      const answers = standing && (await this.answers(loaded, holding, standing));
      return this.sheet(file, { holding, questions, standing }, answers);
    }
    return undefined;
  }

  /** The same sheet as long as nothing in it has changed, so that others may keep what they make of it. */
  private sheet(file: string, content: Omit<Sheet, 'find'>, answers: Answers | undefined): Sheet {
    const parts = [content.questions, content.standing?.book, content.standing?.checkpoint?.name, this.chosen.version];
    const known = this.sheets.get(file);
    if (known && parts.every((part, i) => part === known.parts[i])) return known.sheet;
    const find = (question: Question) => this.chosen.recall(question) ?? answers?.get(question);
    const sheet = { ...content, find };
    this.sheets.set(file, { parts, sheet });
    return sheet;
  }

  dispose(): void {
    vscode.Disposable.from(...this.subscriptions, this.changed).dispose();
  }

  /** Those that may hold a file; what the chosen run has read comes first. */
  private async holdingsWith(file: string, run?: RunFolder): Promise<Holding[]> {
    const holdings = await this.lab.library.holdings();
    const holds = ({ path }: { path: string }) => isBelow(file, path);
    return holdings
      .filter(({ sources }) => sources.some(holds))
      .sort((a, b) => Number(run !== undefined && isDataOf(run, b)) - Number(run !== undefined && isDataOf(run, a)));
  }

  private byFile(loaded: LoadedDataset): Promise<Map<string, Question[]>> {
    const files = this.files.get(loaded) ?? fileAll(loaded.dataset.questions);
    this.files.set(loaded, files);
    return files;
  }

  /** The answers of a standing to a whole dataset. */
  answers(loaded: LoadedDataset, holding: Holding, { folder, book }: Standing): Promise<Answers> {
    const known = this.matched.get(loaded);
    if (known?.book === book) return known.answers;
    const answers = matchAll(loaded.dataset.questions, new Matching(book, isDataOf(folder, holding)));
    this.matched.set(loaded, { book, answers });
    return answers;
  }
}

/** Matches a whole dataset, letting others work in between. */
export async function matchAll(questions: readonly Question[], matching: Matching): Promise<Answers> {
  await eachInPortions(questions, (question) => matching.claim(question));
  await eachInPortions(questions, (question) => matching.guess(question));
  return matching.found;
}

/** The questions of each file. */
async function fileAll(questions: readonly Question[]): Promise<Map<string, Question[]>> {
  const files = new Map<string, Question[]>();
  await eachInPortions(questions, (question) => {
    const { file } = question.source;
    const there = files.get(file);
    if (there) there.push(question);
    else files.set(file, [question]);
  });
  return files;
}

/** Whether a run has read the files of a dataset. */
export function isDataOf(run: RunFolder, { sources }: Holding): boolean {
  const read = pathsReadBy(run);
  return read.length === sources.length && sources.every(({ path }, i) => path === read[i]);
}

const readPaths = new WeakMap<RunFolder, string[]>();

function pathsReadBy(run: RunFolder): string[] {
  const known = readPaths.get(run);
  if (known) return known;
  const experiment = experimentOf(run);
  const paths = experiment ? sourcesOf(experiment, run.path).map(({ path }) => path) : [];
  readPaths.set(run, paths);
  return paths;
}
