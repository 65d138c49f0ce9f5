/** What a Python offers to the torch learner: versions, GPUs, and how processes would talk. */
import { join } from 'node:path';
import { UserError } from '../../errors';
import { type ProgramOptions, runProgram } from '../../program';
import { pythonFolder } from './torchrun';

/** As `python/probe.py` tells it. */
export interface Probe {
  python: string;
  torch: string;
  transformers: string;
  peft: string;
  /** Version of CUDA that torch was built for; null for the processor's build. */
  cuda: string | null;
  /** Those that torch can use; memory in bytes. */
  gpus: { name: string; memory: number; bf16: boolean }[];
  /** Version, and whether processes can talk through it. */
  nccl: string | null;
  gloo: boolean;
}

/** @throws UserError where it can't be started or lacks a package */
export async function probe(python: string, options?: Pick<ProgramOptions, 'signal'>): Promise<Probe> {
  const { code, lines, refusal } = await runProgram([python, join(pythonFolder(), 'probe.py')], options);
  const last = lines.at(-1)?.trim();
  if (code !== 0) throw new UserError(`${python} can't run the torch learner: ${refusal ?? last ?? `code ${code}`}`);
  return JSON.parse(last!) as Probe;
}
