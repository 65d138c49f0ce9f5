/** A process that answers requests, one JSON object a line, in the order in which they come. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

export class Side {
  private readonly child;
  private readonly answers: AsyncIterator<string>;

  constructor(command: readonly string[], env = process.env) {
    this.child = spawn(command[0], command.slice(1), { stdio: ['pipe', 'pipe', 'inherit'], env });
    this.answers = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
  }

  /** @throws where the process has ended in place of answering */
  async ask<Answer>(request: Record<string, number>): Promise<Answer> {
    this.child.stdin.write(`${JSON.stringify(request)}\n`);
    const { value, done } = await this.answers.next();
    if (done) throw new Error(`${this.child.spawnfile} ended instead of answering ${JSON.stringify(request)}.`);
    return JSON.parse(value) as Answer;
  }

  async close(): Promise<void> {
    const ended = once(this.child, 'exit');
    this.child.stdin.end();
    await ended;
  }
}
