/**
 * Which Python runs the torch learner: the one that the person names, or that of the environment which `pit setup torch`
 * has made in the user's data folder (setup.ts). Nothing else is looked for.
 */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { UserError } from '../../errors';
import { dataFolder } from '../../user-folders';

/** An environment that is complete. */
export interface Environment {
  /** Folder of the environment, by its name in `torchFolder()`. */
  name: string;
  /** Version of torch, and of the CUDA that it was built for; null for the processor's build. */
  torch: string;
  cuda: string | null;
  /** Texts of the requirements that it was made from. */
  requirements: string[];
}

export interface Interpreter {
  /** Path or name of the program. */
  python: string;
  /** Undefined where the person has named the interpreter. */
  environment?: Environment;
}

/** The interpreter to use. @throws UserError with the command that makes one */
export function torchInterpreter(): Interpreter {
  const found = findInterpreter();
  if (found) return found;
  throw new UserError(`The torch engine is not set up: ${setUp}.`);
}

/** Its program. @throws UserError with the command that makes one */
export const torchPython = (): string => torchInterpreter().python;

/** What to do where there is none. */
export const setUp = '"pit setup torch" makes an environment for it, or PIT_TORCH_PYTHON names a Python that has torch';

/** The same, or undefined where there is none. */
export function findInterpreter(): Interpreter | undefined {
  const named = process.env.PIT_TORCH_PYTHON;
  if (named) return { python: /[\\/]/.test(named) ? resolve(named) : named };
  const environment = readEnvironment();
  return environment && { python: pythonIn(join(torchFolder(), environment.name)), environment };
}

/** All that `pit setup torch` writes: without it nothing of that is left. */
export function torchFolder(): string {
  return join(dataFolder(), 'torch');
}

/** The environment that was made last; one that was begun and not completed is not told. */
export function readEnvironment(): Environment | undefined {
  try {
    return JSON.parse(readFileSync(environmentFile(), 'utf8')) as Environment;
  } catch {
    return undefined;
  }
}

/** The file whose presence says that an environment is complete. */
export function environmentFile(): string {
  return join(torchFolder(), 'environment.json');
}

/** The interpreter of an environment's folder. */
export function pythonIn(folder: string): string {
  return process.platform === 'win32' ? join(folder, 'Scripts', 'python.exe') : join(folder, 'bin', 'python');
}
