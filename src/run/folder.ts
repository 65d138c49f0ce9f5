/**
 * The run folder: the only thing that a trainer and those who watch it share. One process writes it, any number read
 * it, and whatever a window shows can be rebuilt from it. docs/run-folder.md describes every file. Knows no trainer.
 */
import { existsSync, rmSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import { UserError } from '../errors';
import { makeFolderSync } from '../make-folder';
import type { Prediction, RunEvent } from './events';
import { appendLine, onDisk, readJson, readLines, replaceFile, settle, toJson, truncateFile } from './files';
import { type Holder, keepLock, lockHolder, releaseLock, takeLock } from './lock';
import type { ProcessMark } from './process';

/** What a run is, written once. */
export interface RunIdentity {
  name: string;
  /** Key of the recipe, or the name of a variant: runs of one recipe differ only in their seed. */
  recipe: string;
  /** How tables call the recipe, where that is not its key. */
  title?: string;
  seed: number;
  created: string;
  /** The model that training starts from. */
  model: string;
  /** Hash over all that decides what that model computes, where it comes from a folder. */
  modelHash?: string;
  /** What is trained: all weights unless it says otherwise. */
  trained?: string;
  /** Hash over the documents and questions. */
  dataHash: string;
  /** Characters that each stage reads, for estimates of time. */
  work?: number[];
  /** Versions of this program and of what it stands on. */
  versions: Record<string, string>;
}

/** A step as it was really taken: ids in the order of the batch. */
export interface OrderLine {
  stage: number;
  epoch: number;
  step: number;
  examples: string[];
}

/** Bytes of the files that grow; kept in a checkpoint so that a resumed run continues them without a seam. */
export interface Offsets {
  events: number;
  order: number;
}

/** Names inside a run folder. */
export const runFiles = {
  identity: 'run.json',
  experiment: 'experiment.json',
  schedule: 'schedule.json',
  order: 'order.jsonl',
  events: 'events.jsonl',
  predictions: 'predictions',
  start: 'start',
  checkpoints: 'checkpoints',
  report: 'report.md',
  log: 'trainer.log',
  stop: 'stop',
  lock: 'lock',
  queued: 'queued',
  job: 'job.json',
  batch: 'job.sbatch',
  exit: 'exit.json',
} as const;

/** Which process will start a run when its turn comes, and the run's place in the queue. */
export interface Queued extends ProcessMark {
  turn: number;
}

/** What a run was handed over to that starts its trainer on another machine, or later. */
export interface Job {
  launcher: 'slurm' | 'command';
  /** By which Slurm knows it. */
  id?: string;
  /** When it was handed over. */
  time: string;
}

/** How a trainer ended that wrote no last event, told by the process that had started it. */
export interface Exit {
  code: number | null;
  signal: string | null;
  /** The whole sentence, where it was no process of this machine. */
  reason?: string;
}

export class RunFolder {
  private constructor(
    /** Absolute path. */
    readonly path: string,
    readonly identity: RunIdentity,
  ) {}

  /** Makes a new run folder; throws a UserError where the path already holds a run or can't be written. */
  static create(path: string, identity: RunIdentity): RunFolder {
    const folder = new RunFolder(resolve(path), identity);
    if (existsSync(folder.file(runFiles.identity))) throw new UserError(`${path} already holds a run`);
    for (const name of [runFiles.predictions, runFiles.checkpoints]) {
      onDisk(folder.path, () => makeFolderSync(folder.file(name)));
    }
    folder.writeJson(runFiles.identity, identity);
    return folder;
  }

  /** Opens an existing run folder; throws a UserError where the path holds no run. */
  static open(path: string): RunFolder {
    const file = join(path, runFiles.identity);
    if (!existsSync(file)) throw new UserError(`${path} holds no run: it has no ${runFiles.identity}`);
    return new RunFolder(resolve(path), readJson<RunIdentity>(file));
  }

  /** Absolute path of a file of the run. */
  file(...names: string[]): string {
    return join(this.path, ...names);
  }

  appendEvent(event: RunEvent): void {
    appendLine(this.file(runFiles.events), event);
  }

  appendOrder(line: OrderLine): void {
    appendLine(this.file(runFiles.order), line);
  }

  /** Events from a byte offset on, whole lines only, and the offset to continue from. @param limit bytes at a time */
  readEvents(fromOffset = 0, limit = Infinity): { events: RunEvent[]; offset: number; damaged: number } {
    const { values, ...rest } = readLines<RunEvent>(this.file(runFiles.events), fromOffset, limit);
    return { events: values, ...rest };
  }

  readOrder(): OrderLine[] {
    return readLines<OrderLine>(this.file(runFiles.order)).values;
  }

  /** Bytes written so far, forced onto the disk so that a checkpoint may rely on them. */
  offsets(): Offsets {
    return { events: settle(this.file(runFiles.events)), order: settle(this.file(runFiles.order)) };
  }

  /** Forgets what was written after a checkpoint. */
  truncate({ events, order }: Offsets): void {
    truncateFile(this.file(runFiles.events), events);
    truncateFile(this.file(runFiles.order), order);
  }

  writeText(name: string, text: string): void {
    replaceFile(this.file(name), text);
  }

  writeJson(name: string, value: unknown): void {
    this.writeText(name, toJson(value));
  }

  readJson<T>(name: string): T {
    return readJson<T>(this.file(name));
  }

  /** Writes `predictions/<name>.jsonl` at once; returns its path relative to the run folder, with slashes. */
  writePredictions(name: string, predictions: readonly Prediction[]): string {
    const file = this.file(runFiles.predictions, `${name}.jsonl`);
    replaceFile(file, predictions.map((prediction) => JSON.stringify(prediction) + '\n').join(''));
    return relative(this.path, file).split(sep).join('/');
  }

  readPredictions(path: string): Prediction[] {
    if (!existsSync(this.file(path))) throw new UserError(`${this.file(path)} does not exist`);
    return readLines<Prediction>(this.file(path)).values;
  }

  /** Asks the trainer to stop between steps. */
  requestStop(): void {
    replaceFile(this.file(runFiles.stop), '');
  }

  stopRequested(): boolean {
    return existsSync(this.file(runFiles.stop));
  }

  clearStop(): void {
    onDisk(this.path, () => rmSync(this.file(runFiles.stop), { force: true }));
  }

  /** Lines the run up with a process that will start it. */
  enqueue(queued: Queued): void {
    replaceFile(this.file(runFiles.queued), JSON.stringify(queued) + '\n');
  }

  /** Takes the run out of the queue. */
  dequeue(): void {
    onDisk(this.path, () => rmSync(this.file(runFiles.queued), { force: true }));
  }

  /** The run's place in a queue, whether the process that was to start it lives or not. */
  queued(): Queued | undefined {
    return readLines<Queued>(this.file(runFiles.queued)).values[0];
  }

  noteJob(job: Job): void {
    replaceFile(this.file(runFiles.job), JSON.stringify(job) + '\n');
  }

  /** The job that starts the run, started it or was to; see `stateOf`. */
  job(): Job | undefined {
    const [job] = readLines<Job>(this.file(runFiles.job)).values;
    // It becomes a word of a command, so that a folder from somewhere else can't make it another.
    return job && { ...job, id: /^\d+$/.test(job.id ?? '') ? job.id : undefined };
  }

  /** The job is over, or was taken back. */
  forgetJob(): void {
    onDisk(this.path, () => rmSync(this.file(runFiles.job), { force: true }));
  }

  /** Takes the folder for this process; throws a UserError while another living process has it. */
  lock(): void {
    takeLock(this.file(runFiles.lock), this.path);
    keepLock(this.file(runFiles.lock));
  }

  unlock(): void {
    releaseLock(this.file(runFiles.lock), this.path);
  }

  /** The process that has taken the folder, dead or alive. */
  holder(): Holder | undefined {
    return lockHolder(this.file(runFiles.lock));
  }
}
