/** Runs a Python baseline where an interpreter with torch is found: PIT_PYTHON, that of `pit setup torch`, or python3. */
import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { findInterpreter } from '../src/engine/torch/environment';

const interpreter = process.env.PIT_PYTHON ?? findInterpreter()?.python ?? 'python3';
let found: boolean | undefined;

/** Whether torch and transformers can be imported. */
export function hasTorch(): boolean {
  found ??= spawnSync(interpreter, ['-c', 'import torch, transformers'], { stdio: 'ignore' }).status === 0;
  return found;
}

/** How a script in bench/python is started, with as many threads as there are cores. */
export function pythonCommand(script: string): string[] {
  return [interpreter, resolve(__dirname, 'python', script), '--threads', String(availableParallelism())];
}

/** The JSON line that a script in bench/python prints; undefined where there is no torch. Throws if the script fails. */
export function runPython(script: string, words: readonly string[]): Record<string, number> | undefined {
  if (!hasTorch()) return undefined;
  const [program, ...start] = pythonCommand(script);
  const { status, stdout, stderr } = spawnSync(program, [...start, ...words], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (status !== 0) throw new Error(`${script} failed: ${stderr.slice(-2000)}`);
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as Record<string, number>;
}
