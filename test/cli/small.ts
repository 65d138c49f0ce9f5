/** A world so small that a run takes seconds, and what tests need to drive the built programs on it. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { biosDefaults, writeBios } from '../../src/dataset/bios';
import type { RunEvent } from '../../src/run/events';
import { runFiles, RunFolder } from '../../src/run/folder';
import type { Experiment } from '../../src/schedule/experiment';

const dist = resolve(__dirname, '../../dist');

const worlds: string[] = [];
after(() => worlds.forEach((root) => rmSync(root, { recursive: true, force: true })));

/** A temporary folder with `data/` and an experiment file; removed when all tests are over. */
export async function makeWorld(changes: Record<string, unknown> = {}): Promise<{ root: string; experiment: string }> {
  const root = mkdtempSync(join(tmpdir(), 'pit-world-'));
  worlds.push(root);
  return { root, experiment: await fillWorld(root, changes) };
}

/** Writes `data/` and an experiment on it. */
export async function fillWorld(root: string, changes: Record<string, unknown> = {}, name?: string): Promise<string> {
  await writeBios(join(root, 'data'), { ...biosDefaults, people: { train: 10, test: 5, base: 0 }, seed: 3 });
  return writeExperiment(root, changes, name);
}

/** Writes `small.pit.json` with some fields changed. */
export function writeExperiment(root: string, changes: Record<string, unknown> = {}, name = 'small'): string {
  const file = join(root, `${name}.pit.json`);
  const experiment = {
    name,
    model: { preset: 'pico', vocabulary: 400 },
    data: 'data',
    recipes: [{ recipe: 'pit', epochs: [2, 2] }],
    threads: 1,
    training: {
      sequence: 160,
      epochs: { documents: 2 },
      mixed: { rate: 1e-3, batch: 8 },
      documents: { rate: 1e-3, batch: 2 },
      checkpointEvery: 3,
    },
    evaluation: { everyEpochs: 1, subset: 3, trainQuestions: 4, maxTokens: 4, bootstrap: 50 },
    ...changes,
  };
  writeFileSync(file, JSON.stringify(experiment, null, 2));
  return file;
}

export interface Finished {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs the command line to its end. */
export function pit(...words: string[]): Promise<Finished> {
  return finish(startPit(...words));
}

export function startPit(...words: string[]): ChildProcess {
  return spawn(process.execPath, [join(dist, 'cli.cjs'), ...words], { stdio: ['ignore', 'pipe', 'pipe'] });
}

export function startTrainerOn(path: string): ChildProcess {
  return spawn(process.execPath, [join(dist, 'trainer.cjs'), path], { stdio: ['ignore', 'pipe', 'pipe'] });
}

export function finish(child: ChildProcess): Promise<Finished> {
  const output = { stdout: '', stderr: '' };
  child.stdout?.on('data', (chunk: Buffer) => (output.stdout += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()));
  return new Promise((done, fail) => child.on('error', fail).on('close', (code) => done({ code, ...output })));
}

/** Resolves when the run's events fulfil a condition; fails if the process ends before. */
export function until(child: ChildProcess, path: string, met: (events: RunEvent[]) => boolean): Promise<void> {
  return new Promise((done, fail) => {
    const timer = setInterval(() => {
      if (met(RunFolder.open(path).readEvents().events)) settle(done);
      else if (child.exitCode !== null)
        settle(() => fail(new Error(`The process ended with ${child.exitCode} too soon`)));
    }, 5).unref();
    const settle = (act: () => void) => {
      clearInterval(timer);
      act();
    };
  });
}

/** The run as it was before its first step, with fields of its experiment changed. */
export function copyUntrained(from: string, to: string, change: (experiment: Experiment) => void = () => {}): void {
  const made = RunFolder.open(from);
  const copy = RunFolder.create(to, made.identity);
  const experiment = made.readJson<Experiment>(runFiles.experiment);
  change(experiment);
  copy.writeJson(runFiles.experiment, experiment);
  assert.ok(!existsSync(copy.file(runFiles.events)));
}

export function sha256(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}

/** What must not depend on whether a run was interrupted: steps and evaluations without times and memory. */
export function substance(path: string): unknown[] {
  const { events } = RunFolder.open(path).readEvents();
  return events
    .filter(({ type }) => ['stage-started', 'step', 'evaluated', 'checkpoint'].includes(type))
    .map((event) => ({ ...event, time: undefined, seconds: undefined, memory: undefined }));
}
