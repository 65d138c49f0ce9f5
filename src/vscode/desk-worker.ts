/** The other end of a desk: in a worker thread, does the jobs that it is sent, one after another, and answers each. */
import { parentPort } from 'node:worker_threads';
import { messageOf, UserError } from '../errors';
import type { Answer, Request, Watch } from './desk';

type Job = (...words: unknown[]) => unknown;

/** @param jobs a module of functions, or an object with methods, that take and give plain data */
export function serve(jobs: object): void {
  const offered = jobs as Record<string, Job>;
  const watched = new Map<number, AbortController>();
  let queue = Promise.resolve();
  parentPort!.on('message', (request: Request) => {
    const { id } = request;
    if ('isOff' in request) return watched.get(id)?.abort();
    const job: Job = (...words) => offered[request.job](...words);
    if (request.isWatched) watched.set(id, new AbortController());
    const watch = watched.get(id) && watchOf(id, watched.get(id)!.signal);
    queue = queue.then(async () => {
      post({ id, ...(await outcome(job, request.words, watch)) });
      watched.delete(id);
    });
  });
}

const post = (answer: Answer) => parentPort!.postMessage(answer);

const watchOf = (id: number, signal: AbortSignal): Watch<unknown> => ({ signal, tell: (news) => post({ id, news }) });

/** What a job gives, or why it failed; one that was called off while it waited does nothing. */
async function outcome(job: Job, words: unknown[], watch?: Watch<unknown>) {
  try {
    watch?.signal.throwIfAborted();
    return { value: await job(...words, ...(watch ? [watch] : [])) };
  } catch (error) {
    const stack = error instanceof Error && !(error instanceof UserError) ? error.stack : undefined;
    return { error: { message: messageOf(error), stack } };
  }
}
