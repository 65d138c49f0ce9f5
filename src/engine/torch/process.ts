/**
 * The processes of the torch learner: torchrun and its ranks, or the only one. Requests go in and replies come out one at a time;
 * whatever ends them becomes one sentence, and nothing of them stays behind.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { UserError } from '../../errors';
import { descendants, endAll } from '../../process-tree';
import { Chatter } from './chatter';
import { type Cause, failureOf, type Scene } from './failure';
import { type Call, type Calls, type Hello, type Line, protocolVersion } from './protocol';
import { isAlone, type Launch, torchrunEnvironment, torchrunPlace, torchrunWords } from './torchrun';

export interface ProcessSettings extends Launch {
  /** Seconds without a sign of life after which the processes count as hanging. */
  patience: number;
  /** Takes what they write to standard error. */
  log: (text: string) => void;
  /** Ends them at once, whatever they are at. */
  signal?: AbortSignal;
}

export interface Started {
  processes: TorchProcess;
  hello: Hello;
}

interface Waiting {
  resolve: (answers: unknown) => void;
  reject: (error: Error) => void;
}

/** Milliseconds in which processes may end by themselves, and torchrun may tell more. */
const grace = 10_000;
/** Number of the request that nobody sends: to say hello. */
const greeting = 0;

export class TorchProcess {
  private readonly child: ChildProcess;
  private readonly chatter: Chatter;
  private readonly logs = mkdtempSync(join(tmpdir(), 'pit-torch-'));
  private readonly scene: Scene;
  /** Resolves when what was started has ended and all that was written has been read. */
  private readonly ended: Promise<unknown>;
  private readonly waiting = new Map<number, Waiting>();
  /** All of them, torchrun as well. */
  private readonly family = new Set<number>();
  private failure?: Promise<UserError>;
  private patience?: NodeJS.Timeout;
  private closing = false;
  private calls = greeting;

  /** Starts the processes and waits until they have found each other. @throws UserError where they don't */
  static async start(settings: ProcessSettings): Promise<Started> {
    settings.signal?.throwIfAborted();
    const processes = new TorchProcess(settings);
    const hello = (await processes.answerTo(greeting)) as Hello;
    if (hello.protocol !== protocolVersion) throw await processes.fail({ kind: 'version', theirs: hello.protocol });
    processes.scene.world = hello.world;
    processes.remember();
    return { processes, hello };
  }

  private constructor(private readonly settings: ProcessSettings) {
    const { python, log, signal } = settings;
    this.scene = { python, world: settings.processes };
    // A group of its own: a terminal's Ctrl+C is for the trainer alone, which then ends between steps.
    const place = { cwd: torchrunPlace(settings), env: torchrunEnvironment(settings) };
    const [program, ...words] = torchrunWords(settings, this.logs);
    this.child = spawn(program, words, { ...place, detached: true, stdio: 'pipe' });
    this.chatter = new Chatter(this.child.stderr!, log);
    this.child.stdin!.on('error', () => {});
    this.ended = new Promise((resolve) => this.child.once('close', resolve).once('error', resolve));
    this.listen();
    signal?.addEventListener('abort', () => void this.fail({ kind: 'stopped' }), { once: true });
  }

  private listen(): void {
    const note = (cause: Cause, wait?: number) => void (this.closing || this.fail(cause, wait));
    createInterface({ input: this.child.stdout! })
      .on('line', (line) => this.hear(line, note))
      .on('close', () => note({ kind: 'cut' }, grace));
    this.child
      .once('error', ({ message }) => note({ kind: 'no start', why: message }))
      .once('exit', (code, signal) => note({ kind: 'exit', code, signal }));
  }

  private hear(text: string, note: (cause: Cause, wait?: number) => void): void {
    this.patience?.refresh();
    const line = messageIn(text);
    if (!line) note({ kind: 'nonsense', line: text });
    else if ('hello' in line) this.waiting.get(greeting)?.resolve(line.hello);
    else if ('beat' in line) this.scene.beat = line.beat;
    else if ('ok' in line) this.waiting.get(line.id)?.resolve(line.ok);
    else if (line.error.kind === 'refused') this.waiting.get(line.id)?.reject(new UserError(line.error.message));
    else note({ kind: 'refusal', refusal: line.error }, grace);
  }

  /** @throws UserError where it is refused, or the processes are no longer there */
  async call<C extends Call>(call: C, asks: Calls[C]['asks']): Promise<Calls[C]['answers']> {
    if (this.failure) throw await this.failure;
    const id = ++this.calls;
    Object.assign(this.scene, { call, beat: undefined });
    this.child.stdin!.write(`${JSON.stringify({ id, call, ...asks })}\n`);
    return (await this.answerTo(id)) as Calls[C]['answers'];
  }

  /** Silence, for as long as there is patience, is a hang. */
  private async answerTo(id: number): Promise<unknown> {
    const { patience } = this.settings;
    this.patience = setTimeout(() => void this.fail({ kind: 'silence', seconds: patience }), 1000 * patience);
    try {
      return await new Promise((resolve, reject) => this.waiting.set(id, { resolve, reject }));
    } finally {
      this.rest();
      this.waiting.delete(id);
    }
  }

  /** Nothing is waited for. */
  private rest(): void {
    clearTimeout(this.patience);
    this.patience = undefined;
  }

  /** Asks them to end, and ends those that don't. */
  async close(): Promise<void> {
    if (!this.failure) {
      this.closing = true;
      this.call('close', {}).catch(() => {});
      this.child.stdin!.end();
      await this.endedWithin(grace);
    }
    await this.end();
  }

  /** The first cause counts; whoever waits is told. @param wait milliseconds in which they may end by themselves */
  private fail(cause: Cause, wait = 0): Promise<UserError> {
    this.failure ??= this.conclude(cause, wait);
    return this.failure;
  }

  private async conclude(cause: Cause, wait: number): Promise<UserError> {
    if (wait > 0) await this.endedWithin(wait);
    const { pid, exitCode, signalCode } = this.child;
    const hasEnded = exitCode !== null || signalCode !== null;
    if (hasEnded && isAlone(this.settings))
      this.scene.alone = { pid: pid!, code: exitCode ?? -1, ...(signalCode && { signal: signalCode }) };
    await this.end();
    const ending: Cause = { kind: 'exit', code: exitCode, signal: signalCode };
    const error = failureOf(cause.kind === 'cut' && hasEnded ? ending : cause, this.scene, this.chatter);
    for (const { reject } of this.waiting.values()) reject(error);
    return error;
  }

  /** torchrun ends its ranks before itself, unless it was killed. */
  private async end(): Promise<void> {
    this.rest();
    this.child.stdin!.end();
    this.remember();
    if (this.child.exitCode === null) await endAll(this.family);
    await this.endedWithin(grace);
    rmSync(this.logs, { recursive: true, force: true });
  }

  private remember(): void {
    const { pid } = this.child;
    if (pid !== undefined) for (const each of [pid, ...descendants(pid)]) this.family.add(each);
  }

  private async endedWithin(milliseconds: number): Promise<void> {
    const timer = new AbortController();
    await Promise.race([this.ended, delay(milliseconds, undefined, { signal: timer.signal }).catch(() => {})]);
    timer.abort();
  }
}

/** Undefined for what is no message. */
function messageIn(text: string): Line | undefined {
  try {
    const line: unknown = JSON.parse(text);
    const isMessage = typeof line === 'object' && line !== null && ['hello', 'beat', 'id'].some((key) => key in line);
    return isMessage ? (line as Line) : undefined;
  } catch {
    return undefined;
  }
}
