/** Where a window has the longer work done: a worker thread that is started when it is needed and let go when idle. */
import { resolve } from 'node:path';
import { Worker } from 'node:worker_threads';
import { UserError } from '../errors';

/**
 * Follows a long job as if no thread were between: what the job tells arrives, and the job sees the signal. A job that
 * can be followed takes one as its last word.
 */
export interface Watch<News> {
  signal: AbortSignal;
  tell(news: News): void;
}

/** From the window to the worker: something to do, or a job to call off. */
export type Request = { id: number; job: string; words: unknown[]; isWatched: boolean } | { id: number; isOff: true };

/** And back: the end of a job, or what it tells before. */
export type Answer = { id: number } & (
  | { value: unknown }
  /** A stack tells a defect from what a person can mend. */
  | { error: { message: string; stack?: string } }
  | { news: unknown }
);

type JobName<Jobs> = {
  [Name in keyof Jobs]: Jobs[Name] extends (...words: never[]) => unknown ? Name : never;
}[keyof Jobs] &
  string;
type Words<Job> = Job extends (...words: infer All) => unknown ? All : never;
type Result<Job> = Job extends (...words: never[]) => infer Value ? Awaited<Value> : never;

interface Open {
  done(value: unknown): void;
  fail(error: unknown): void;
  watch?: Watch<unknown>;
}

const idle = 30_000;

/** @typeParam Jobs the module whose functions the worker offers (see desk-worker.ts) */
export class Desk<Jobs> {
  private readonly file: string;
  private worker?: Worker;
  private readonly open = new Map<number, Open>();
  private last = 0;
  private timer?: NodeJS.Timeout;

  /**
   * @param file the worker's bundle, beside this one unless it is a whole path
   * @param forgotten called when a worker is let go with all that it knew
   */
  constructor(
    file: string,
    private readonly forgotten: () => void = () => {},
  ) {
    this.file = resolve(__dirname, file);
  }

  /** Has a job done. @throws UserError for what a person can mend, and the reason of a watch's signal */
  do<Name extends JobName<Jobs>>(job: Name, ...words: Words<Jobs[Name]>): Promise<Result<Jobs[Name]>> {
    clearTimeout(this.timer);
    const worker = (this.worker ??= this.start());
    const id = ++this.last;
    const post = (request: Request) => worker.postMessage(request);
    const last = words.at(-1);
    const watch = isWatch(last) ? last : undefined;
    const plain = watch ? words.slice(0, -1) : words;
    return new Promise<Result<Jobs[Name]>>((done, fail) => {
      this.open.set(id, { done: done as Open['done'], fail, watch });
      post({ id, job, words: plain, isWatched: watch !== undefined });
      if (watch?.signal.aborted) post({ id, isOff: true });
      watch?.signal.addEventListener('abort', () => post({ id, isOff: true }), { once: true });
    });
  }

  private start(): Worker {
    const worker = new Worker(this.file);
    worker.unref();
    worker.on('message', (answer: Answer) => this.settle(answer));
    worker.on('error', (error) => this.close(error));
    return worker;
  }

  private settle(answer: Answer): void {
    const open = this.open.get(answer.id);
    if ('news' in answer) return open?.watch?.tell(answer.news);
    this.open.delete(answer.id);
    if ('value' in answer) open?.done(answer.value);
    else open?.fail(open.watch?.signal.aborted ? open.watch.signal.reason : thrown(answer.error));
    if (this.open.size === 0) this.timer = setTimeout(() => this.dispose(), idle);
  }

  private close(error: Error): void {
    const open = [...this.open.values()];
    this.open.clear();
    this.worker = undefined;
    this.forgotten();
    for (const { fail } of open) fail(error);
  }

  dispose(): void {
    this.stop(new UserError('The window is closing.'));
  }

  /** Ends the worker and what it is doing; the next job starts another. */
  stop(why: Error): void {
    clearTimeout(this.timer);
    void this.worker?.terminate();
    this.close(why);
  }
}

const isWatch = (word: unknown): word is Watch<unknown> =>
  (word as Partial<Watch<unknown>>)?.signal instanceof AbortSignal;

function thrown(error: { message: string; stack?: string }): Error {
  return error.stack ? Object.assign(new Error(error.message), error) : new UserError(error.message);
}
