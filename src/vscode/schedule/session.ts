/**
 * The active experiment as the Schedule view has it: what the file says with unsaved edits, its dataset, the seed that
 * is shown, and the threads that compile it. While a file is being typed and is no experiment, the last one stays.
 */
import { isDeepStrictEqual } from 'node:util';
import * as vscode from 'vscode';
import type { Problem } from '../../dataset/model';
import { messageOf, UserError } from '../../errors';
import type { Holding, Lab } from '../lab';
import { textOf } from '../texts';
import { patiently } from './patiently';
import type { Compiling, EpochAt, Opened, StageOutline, VariantAt } from './protocol';
import { CompilerThread, scheduleWorker, type Told } from './thread';

/** An experiment that can be shown. */
export interface Shown {
  file: vscode.Uri;
  told: Told;
  opened: Opened;
  /** Errors of the dataset: what could not be read is in no stage. */
  dataProblems: Problem[];
}

export interface State {
  shown?: Shown;
  /** What is wrong with the file as it is now. */
  problems: Problem[];
}

type Named = Pick<Lab, 'experiments' | 'library'>;

export class ScheduleSession implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  /** The file, its dataset or the seed is another; `state` says what there is now. */
  readonly onDidChange = this.changed.event;
  private readonly order = new CompilerThread(scheduleWorker);
  private readonly tokens = new CompilerThread(scheduleWorker);
  private current?: Promise<State>;
  private last?: Shown;
  private chosenSeed?: number;
  private readonly subscriptions: vscode.Disposable[];

  constructor(private readonly lab: Named) {
    const forget = () => this.forget();
    this.subscriptions = [this.changed, lab.experiments.onDidChange(forget), lab.library.onDidChange(forget)];
  }

  state(): Promise<State> {
    this.current ??= this.read().catch(unreadable);
    return this.current;
  }

  /** What is shown. @throws UserError where there is nothing */
  async shown(): Promise<Shown> {
    const { shown, problems } = await this.state();
    if (shown) return shown;
    throw new UserError(problems[0]?.message ?? 'No experiment is open: choose one first.');
  }

  /** A variant with the seed that is shown. */
  at(variant: number, { opened }: Shown): VariantAt {
    const { seeds } = opened;
    const chosen = this.chosenSeed;
    return { variant, seed: chosen !== undefined && seeds.includes(chosen) ? chosen : seeds[0] };
  }

  showSeed(seed: number): void {
    this.chosenSeed = seed;
    this.changed.fire();
  }

  /** Asks the thread that needs no tokens and is never busy for long. */
  ask<Name extends keyof Compiling>({ told }: Shown, method: Name, ...words: Parameters<Compiling[Name]>) {
    return this.order.ask(told, method, ...words);
  }

  /** Asks the thread that may train a tokenizer first; says so after a while, and can be stopped then. */
  askForTokens<Name extends keyof Compiling>(
    { told, opened }: Shown,
    method: Name,
    ...words: Parameters<Compiling[Name]>
  ) {
    const work = this.tokens.ask(told, method, ...words);
    return patiently(`Reading ${opened.name} as tokens…`, work, () => this.tokens.stop());
  }

  /** Examples of each step of a pass; batches of tokens are cut where the tokens are known. */
  steps(shown: Shown, at: EpochAt, { batch }: StageOutline): Promise<number[]> {
    return 'tokens' in batch ? this.askForTokens(shown, 'steps', at) : this.ask(shown, 'steps', at);
  }

  dispose(): void {
    this.order.stop();
    this.tokens.stop();
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  private forget(): void {
    this.current = undefined;
    this.changed.fire();
  }

  private async read(): Promise<State> {
    const file = this.lab.experiments.active;
    if (!file) return { problems: [] };
    const same = this.last?.file.toString() === file.toString() ? this.last : undefined;
    const text = await textOf(file);
    const opened = await this.order.open({ text, file: file.fsPath });
    if (opened.variants.length === 0) return { shown: same, problems: opened.problems };
    const { dataset, problems } = await this.lab.library.load(await this.holdingOf(opened));
    const dataProblems = problems.filter(({ severity }) => severity === 'error');
    const shown = { file, told: { file: file.fsPath, text, dataset }, opened, dataProblems };
    this.last = shown;
    return { shown, problems: [] };
  }

  private async holdingOf({ sources, name }: Opened): Promise<Holding> {
    const known = (await this.lab.library.holdings()).find((one) => isDeepStrictEqual(one.sources, sources));
    return known ?? { key: JSON.stringify(sources), label: name, sources };
  }
}

/** A file or a dataset that can't be read at all is a problem like others. */
function unreadable(error: unknown): State {
  return { problems: [{ severity: 'error', file: '', line: 1, column: 1, message: messageOf(error) }] };
}
