/** The worker thread behind a desk: does the jobs that it is sent, one after another, and answers each. */
import { parentPort } from 'node:worker_threads';
import { messageOf, UserError } from '../../errors';
import type { Answer, Request } from './desk';
import * as jobs from './jobs';

const work = jobs as unknown as Record<string, (...words: unknown[]) => unknown>;
let queue = Promise.resolve();

parentPort!.on('message', (request: Request) => {
  queue = queue.then(async () => parentPort!.postMessage(await answerTo(request)));
});

async function answerTo({ id, job, words }: Request): Promise<Answer> {
  try {
    return { id, value: await work[job](...words) };
  } catch (error) {
    const stack = error instanceof Error && !(error instanceof UserError) ? error.stack : undefined;
    return { id, error: { message: messageOf(error), stack } };
  }
}
