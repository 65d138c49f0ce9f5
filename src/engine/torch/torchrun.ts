/** How the processes are started: words and environment of torchrun, or of the learner where one process is all. */
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

/** One process finds itself: without torchrun, which imports torch as well, it begins to work some seconds sooner. */
export function isAlone({ processes }: Launch): boolean {
  return processes === 1 && !process.env.PIT_TORCH_RUN;
}

/**
 * Program and words that start the processes: torchrun on this machine, or what PIT_TORCH_RUN names, which takes the
 * same words and starts them on other machines, too. @param logs folder for torchrun's own files
 */
export function torchrunWords(launch: Launch, logs: string): [program: string, ...words: string[]] {
  const { python, processes } = launch;
  const learner = ['-m', 'pit_learner'];
  if (isAlone(launch)) return [python, ...learner];
  const { PIT_TORCH_RUN: elsewhere } = process.env;
  const words = ['--max-restarts=0', '--tee=2', `--log-dir=${logs}`, ...learner];
  const starter = elsewhere
    ? ([elsewhere] as const)
    : ([python, '-m', 'torch.distributed.run', '--standalone'] as const);
  return [...starter, `--nproc-per-node=${processes}`, ...words];
}

/** This process's environment and what the ranks need beside it. */
export function torchrunEnvironment(launch: Launch): NodeJS.ProcessEnv {
  const { python, processes, device, threads } = launch;
  const share = Math.max(1, Math.floor((threads || availableParallelism()) / processes));
  return {
    ...process.env,
    PYTHONUNBUFFERED: '1',
    PIT_TORCH_PYTHON: python,
    ...(isAlone(launch) && alone),
    // Without GPUs to see, torch computes on the processor.
    ...(device === 'cpu' && { CUDA_VISIBLE_DEVICES: '', OMP_NUM_THREADS: String(share) }),
  };
}

/** What torchrun would tell the only rank. It listens for others at any port that is free. */
const alone = {
  ...{ RANK: '0', LOCAL_RANK: '0', WORLD_SIZE: '1', LOCAL_WORLD_SIZE: '1' },
  ...{ MASTER_ADDR: '127.0.0.1', MASTER_PORT: '0' },
};

/** Python takes modules first from where it is started: there is the learner, and nothing of a workspace. */
export const torchrunPlace = ({ folder = pythonFolder() }: Launch): string => folder;

/** The folder of the Python package: beside the bundles' folder, or above the sources. */
export function pythonFolder(): string {
  const places = [join(__dirname, '../python'), join(__dirname, '../../../python')];
  return places.find((place) => existsSync(place)) ?? places[0];
}
