/** Where a window has the longer work done: a worker thread that is started when it is needed and let go when idle. */
import { resolve } from 'node:path';
import { Worker } from 'node:worker_threads';
import { UserError } from '../errors';

/** From the window to the worker, and back. */
export interface Request {
  id: number;
  job: string;
  words: unknown[];
}

export interface Answer {
  id: number;
  value?: unknown;
  /** A stack tells a defect from what a person can mend. */
  error?: { message: string; stack?: string };
}

type JobName<Jobs> = {
  [Name in keyof Jobs]: Jobs[Name] extends (...words: never[]) => unknown ? Name : never;
}[keyof Jobs] &
  string;
type Words<Job> = Job extends (...words: infer All) => unknown ? All : never;
type Result<Job> = Job extends (...words: never[]) => infer Value ? Awaited<Value> : never;

interface Open {
  done(value: unknown): void;
  fail(error: Error): void;
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

  /** Has a job done. @throws UserError for what a person can mend */
  do<Name extends JobName<Jobs>>(job: Name, ...words: Words<Jobs[Name]>): Promise<Result<Jobs[Name]>> {
    clearTimeout(this.timer);
    const worker = (this.worker ??= this.start());
    const id = ++this.last;
    return new Promise<Result<Jobs[Name]>>((done, fail) => {
      this.open.set(id, { done: done as Open['done'], fail });
      worker.postMessage({ id, job, words } satisfies Request);
    });
  }

  private start(): Worker {
    const worker = new Worker(this.file);
    worker.unref();
    worker.on('message', (answer: Answer) => this.settle(answer));
    worker.on('error', (error) => this.close(error));
    return worker;
  }

  private settle({ id, value, error }: Answer): void {
    const open = this.open.get(id);
    this.open.delete(id);
    if (error) open?.fail(error.stack ? Object.assign(new Error(error.message), error) : new UserError(error.message));
    else open?.done(value);
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
