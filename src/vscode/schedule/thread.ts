/** The window's end of the thread that compiles schedules: started when it is first asked, told what it does not know. */
import { Worker } from 'node:worker_threads';
import type { Dataset } from '../../dataset/model';
import { UserError } from '../../errors';
import type { Compiling, Opened } from './protocol';

export interface Request {
  id: number;
  method: string;
  words: unknown[];
}

export interface Answer {
  id: number;
  value?: unknown;
  /** A stack tells a defect from what a person can mend. */
  error?: { message: string; stack?: string };
}

/** What a thread has to know before it is asked. */
export interface Told {
  file: string;
  text: string;
  dataset?: Dataset;
}

type Method = keyof Compiling;
export type Result<Name extends Method> = Awaited<ReturnType<Compiling[Name]>>;

interface Waiting {
  done(value: unknown): void;
  fail(error: Error): void;
}

/** Texts in a message: few enough that sending one holds nothing up. */
const sliceSize = 2000;

export class CompilerThread {
  private worker?: Worker;
  private readonly waiting = new Map<number, Waiting>();
  private last = 0;
  private told?: Told;
  private telling: Promise<unknown> = Promise.resolve();

  /** @param bundle the worker's file */
  constructor(private readonly bundle: string) {}

  /** Says what the file holds now; answers with what it compares. */
  open({ text, file }: Told): Promise<Opened> {
    this.told = { ...this.told, text, file };
    return this.send('open', text, file);
  }

  /** Asks about a file and its dataset, told first if the thread doesn't know them yet. */
  async ask<Name extends Method>(
    about: Told,
    method: Name,
    ...words: Parameters<Compiling[Name]>
  ): Promise<Result<Name>> {
    this.telling = this.telling.catch(() => undefined).then(() => this.tell(about));
    await this.telling;
    return this.send(method, ...words);
  }

  /** Ends the thread and what it is doing; the next question starts another. */
  stop(error = new UserError('This was stopped.')): void {
    void this.worker?.terminate();
    this.worker = this.told = undefined;
    const waiting = [...this.waiting.values()];
    this.waiting.clear();
    for (const { fail } of waiting) fail(error);
  }

  private async tell({ file, text, dataset }: Told): Promise<void> {
    const { told } = this;
    if (dataset && dataset !== told?.dataset) await this.tellDataset(dataset);
    if (text !== told?.text || file !== told.file) void this.send('open', text, file).catch(() => undefined);
    this.told = { file, text, dataset: dataset ?? told?.dataset };
  }

  private async tellDataset({ documents, questions }: Dataset): Promise<void> {
    const longest = Math.max(documents.length, questions.length, 1);
    for (let from = 0; from < longest; from += sliceSize) {
      const slice = <T>(all: readonly T[]) => all.slice(from, from + sliceSize);
      await this.send('addData', { documents: slice(documents), questions: slice(questions), first: from === 0 });
    }
  }

  private send<Name extends Method>(method: Name, ...words: Parameters<Compiling[Name]>): Promise<Result<Name>> {
    const worker = (this.worker ??= this.start());
    const id = ++this.last;
    return new Promise<Result<Name>>((done, fail) => {
      this.waiting.set(id, { done: done as Waiting['done'], fail });
      worker.postMessage({ id, method, words } satisfies Request);
    });
  }

  private start(): Worker {
    const worker = new Worker(this.bundle);
    worker.unref();
    worker.on('message', (answer: Answer) => this.settle(answer));
    worker.on('error', (error) => this.stop(error as Error));
    return worker;
  }

  private settle({ id, value, error }: Answer): void {
    const waiting = this.waiting.get(id);
    this.waiting.delete(id);
    if (!error) return waiting?.done(value);
    waiting?.fail(error.stack ? Object.assign(new Error(error.message), error) : new UserError(error.message));
  }
}
