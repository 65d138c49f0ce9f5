/** The window's end of the thread that reads datasets: started when it is first needed. */
import { setImmediate } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { LoadedDataset } from '../../dataset/load';
import type { Dataset } from '../../dataset/model';
import type { DatasetSource } from '../../dataset/source';
import type { Reply, Wish } from './slices';

type WishBody = Wish extends infer One ? (One extends Wish ? Omit<One, 'id'> : never) : never;

interface Waiting {
  done(reply: Reply): void;
  fail(error: Error): void;
}

export class DatasetReader {
  private worker?: Worker;
  private last = 0;
  private readonly waiting = new Map<number, Waiting>();

  /** @param bundle the thread's file */
  constructor(private readonly bundle: string) {}

  /** @param unsaved texts that editors hold, under the paths of their files */
  async load(sources: DatasetSource[], unsaved: Map<string, string>): Promise<LoadedDataset> {
    const id = ++this.last;
    const dataset: Dataset = { documents: [], questions: [] };
    const names = new Map<string, string>();
    let reply = await this.ask(id, { kind: 'load', sources, unsaved });
    for (; 'slice' in reply; reply = await this.ask(id, { kind: 'next' })) {
      take(reply.slice, dataset, names);
      await setImmediate();
    }
    if ('failure' in reply) throw new Error(reply.failure);
    return { dataset, ...reply.end };
  }

  dispose(): void {
    void this.worker?.terminate();
    this.fail(new Error('The window is closing.'));
  }

  private ask(id: number, wish: WishBody): Promise<Reply> {
    return new Promise((done, fail) => {
      this.waiting.set(id, { done, fail });
      this.thread().postMessage({ id, ...wish });
    });
  }

  private thread(): Worker {
    if (this.worker) return this.worker;
    const worker = new Worker(this.bundle);
    worker.on('message', (reply: Reply) => {
      const { done } = this.waiting.get(reply.id)!;
      this.waiting.delete(reply.id);
      done(reply);
    });
    worker.on('error', (error) => {
      this.worker = undefined;
      this.fail(error);
    });
    worker.unref();
    this.worker = worker;
    return worker;
  }

  private fail(error: Error): void {
    const waiting = [...this.waiting.values()];
    this.waiting.clear();
    for (const one of waiting) one.fail(error);
  }
}

/** The names of files come as new texts with every message; one of each is enough. */
function take(slice: Dataset, { documents, questions }: Dataset, names: Map<string, string>): void {
  const once = (name: string) => names.get(name) ?? (names.set(name, name), name);
  for (const { source } of [...slice.documents, ...slice.questions]) source.file = once(source.file);
  for (const document of slice.documents) documents.push(document);
  for (const question of slice.questions) questions.push(question);
}
