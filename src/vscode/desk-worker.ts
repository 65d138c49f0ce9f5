/** The other end of a desk: in a worker thread, does the jobs that it is sent, one after another, and answers each. */
import { parentPort } from 'node:worker_threads';
import { messageOf, UserError } from '../errors';
import type { Answer, Request } from './desk';

type Job = (...words: unknown[]) => unknown;

/** @param jobs a module of functions that take and give plain data */
export function serve(jobs: object): void {
  let queue = Promise.resolve();
  parentPort!.on('message', (request: Request) => {
    queue = queue.then(async () => parentPort!.postMessage(await answerTo(request, jobs as Record<string, Job>)));
  });
}

async function answerTo({ id, job, words }: Request, jobs: Record<string, Job>): Promise<Answer> {
  try {
    return { id, value: await jobs[job](...words) };
  } catch (error) {
    const stack = error instanceof Error && !(error instanceof UserError) ? error.stack : undefined;
    return { id, error: { message: messageOf(error), stack } };
  }
}
