/** How the processes are started: torchrun's words and environment. */
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';

export interface Launch {
  /** Interpreter with torch. */
  python: string;
  /** Processes on this machine. */
  processes: number;
  device: 'cpu' | 'cuda';
  /** Processor threads of all processes together; 0 for one a core. */
  threads: number;
  /** Folder of the package `pit_learner`; this program's own unless given. */
  folder?: string;
}

/**
 * Program and words that start the processes: torchrun on this machine, or what PIT_TORCH_RUN names, which takes the
 * same words and starts them on other machines, too. @param logs folder for torchrun's own files
 */
export function torchrunWords({ python, processes }: Launch, logs: string): [program: string, ...words: string[]] {
  const { PIT_TORCH_RUN: elsewhere } = process.env;
  const words = ['--max-restarts=0', '--tee=2', `--log-dir=${logs}`, '-m', 'pit_learner'];
  const starter = elsewhere
    ? ([elsewhere] as const)
    : ([python, '-m', 'torch.distributed.run', '--standalone'] as const);
  return [...starter, `--nproc-per-node=${processes}`, ...words];
}

/** This process's environment and what the ranks need beside it. */
export function torchrunEnvironment({ python, processes, device, threads }: Launch): NodeJS.ProcessEnv {
  const share = Math.max(1, Math.floor((threads || availableParallelism()) / processes));
  return {
    ...process.env,
    PYTHONUNBUFFERED: '1',
    PIT_TORCH_PYTHON: python,
    // Without GPUs to see, torch computes on the processor.
    ...(device === 'cpu' && { CUDA_VISIBLE_DEVICES: '', OMP_NUM_THREADS: String(share) }),
  };
}

/** Python takes modules first from where it is started: there is the learner, and nothing of a workspace. */
export const torchrunPlace = ({ folder = pythonFolder() }: Launch): string => folder;

/** The folder of the Python package: beside the bundles' folder, or above the sources. */
export function pythonFolder(): string {
  const places = [join(__dirname, '../python'), join(__dirname, '../../../python')];
  return places.find((place) => existsSync(place)) ?? places[0];
}
