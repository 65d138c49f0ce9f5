/**
 * One answering process and the way to ask it: started when it is first needed, ended when nobody has asked for a while.
 * It answers in the order of the questions, a portion at a time, so that asking can be given up in between.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { UserError } from '../../errors';
import type { Prediction } from '../../run/events';
import type { AnswererLine } from '../../trainer/answerer-lines';
import type { Asked } from '../../trainer/ask';

export interface AnswererOptions {
  /** The program and what it is told. */
  command: readonly string[];
  /** Milliseconds without a question after which the process ends. */
  idle: number;
  /** Questions that are in the process at the same time. */
  portion: number;
  /** What the process says besides answers. */
  log(text: string): void;
}

export class AnswererClient {
  private process?: AnsweringProcess;
  private turn: Promise<unknown> = Promise.resolve();
  private timer?: NodeJS.Timeout;

  constructor(private readonly options: AnswererOptions) {}

  /**
   * Answers come as they are made. @throws UserError where the process can't answer
   * @param cancelled looked at between portions
   */
  async *ask(questions: readonly Asked[], cancelled = () => false): AsyncGenerator<Prediction[]> {
    for (let start = 0; start < questions.length && !cancelled(); start += this.options.portion) {
      yield await this.inTurn(questions.slice(start, start + this.options.portion));
    }
  }

  /** Whether a process is there. */
  get isRunning(): boolean {
    return this.process !== undefined;
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.process?.end();
    this.process = undefined;
  }

  /** Whoever asks while another is being answered waits. */
  private inTurn(questions: readonly Asked[]): Promise<Prediction[]> {
    const answers = this.turn.then(() => this.answer(questions));
    this.turn = answers.catch(() => undefined);
    return answers;
  }

  private async answer(questions: readonly Asked[]): Promise<Prediction[]> {
    clearTimeout(this.timer);
    this.process ??= new AnsweringProcess(this.options);
    try {
      return await this.process.answer(questions);
    } catch (error) {
      this.dispose();
      throw error;
    } finally {
      this.timer = setTimeout(() => this.dispose(), this.options.idle);
    }
  }
}

class AnsweringProcess {
  private readonly child: ChildProcess;
  private received: Prediction[] = [];
  private failure?: UserError;
  private lastWords = '';
  private notify = () => {};

  constructor({ command: [program, ...words], log }: AnswererOptions) {
    const env = { ...process.env, ELECTRON_RUN_AS_NODE: '1' };
    this.child = spawn(program, words, { stdio: ['pipe', 'pipe', 'pipe'], env });
    createInterface({ input: this.child.stdout! }).on('line', (line) => this.take(JSON.parse(line) as AnswererLine));
    createInterface({ input: this.child.stderr! }).on('line', (line) => log((this.lastWords = line)));
    this.child.stdin?.on('error', () => undefined); // The process is gone, as its end will tell.
    this.child.on('error', (error) => this.fail(`The answering process can't be started: ${error.message}.`));
    this.child.on('close', (code, signal) => this.fail(this.ending(code, signal)));
  }

  /** The answers to a portion of questions. */
  async answer(questions: readonly Asked[]): Promise<Prediction[]> {
    this.child.stdin?.write(questions.map((question) => `${JSON.stringify(question)}\n`).join(''));
    while (this.received.length < questions.length) {
      if (this.failure) throw this.failure;
      await new Promise<void>((resolve) => (this.notify = resolve));
    }
    return this.received.splice(0, questions.length);
  }

  end(): void {
    this.child.kill();
  }

  private take(line: AnswererLine): void {
    if ('answer' in line) this.received.push(line.answer);
    if ('failed' in line) this.fail(line.failed);
    this.notify();
  }

  /** The first reason is the one that tells something. */
  private fail(sentence: string): void {
    this.failure ??= new UserError(sentence);
    this.notify();
  }

  private ending(code: number | null, signal: string | null): string {
    const how = signal ? `was ended by ${signal}` : `ended with exit code ${code}`;
    return `The answering process ${how}${this.lastWords ? `: ${this.lastWords.trim()}` : ''}.`;
  }
}
