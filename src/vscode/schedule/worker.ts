/** The thread that compiles schedules: does what it is asked, one thing after another, and answers each. */
import { parentPort } from 'node:worker_threads';
import { messageOf, UserError } from '../../errors';
import { Compiler } from './compiler';
import type { Answer, Request } from './thread';

const compiler = new Compiler() as unknown as Record<string, (...words: unknown[]) => unknown>;
let queue = Promise.resolve();

parentPort!.on('message', (request: Request) => {
  queue = queue.then(async () => parentPort!.postMessage(await answerTo(request)));
});

async function answerTo({ id, method, words }: Request): Promise<Answer> {
  try {
    return { id, value: await compiler[method](...words) };
  } catch (error) {
    const stack = error instanceof Error && !(error instanceof UserError) ? error.stack : undefined;
    return { id, error: { message: messageOf(error), stack } };
  }
}
