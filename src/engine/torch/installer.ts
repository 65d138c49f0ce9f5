/**
 * What fills an environment with packages: `uv` where it is on the PATH, else the system's Python, which first brings a
 * `uv` of its own along, for only uv knows the places of PyTorch's builds. Where such a place can't be reached the
 * package index's own build is taken, and where uv reaches nothing, pip with its settings is tried.
 */
import { UserError } from '../../errors';
import { type Ended, type ProgramOptions, runProgram } from '../../program';
import { pythonIn } from './environment';

/** For the processor alone, or for the GPU that is found. */
export type Build = 'cpu' | 'auto';

export interface Installer {
  /** For people: `uv 0.13.9`, `Python 3.11.7 (python3)`. */
  name: string;
  /** Makes an empty environment. */
  create(folder: string, options: ProgramOptions): Promise<Ended>;
  /** Ways to fill it, each tried where the one before reached nothing. */
  ways(folder: string, requirements: readonly string[], build: Build): Way[];
}

export interface Way {
  /** What is said where an earlier way has failed. */
  name: string;
  words: string[];
}

const ownUv = 'uv==0.13.9';
const oldest = [3, 10] as const;
const indexBuild = "the package index's own build of PyTorch, on Linux with CUDA";

/** @throws UserError where there is neither uv nor a Python that will do */
export async function findInstaller(): Promise<Installer> {
  const { code, lines } = await runProgram(['uv', '--version']);
  if (code === 0) return uvInstaller(lines[0]);
  const python = await findPython();
  return pythonInstaller(python);
}

function uvInstaller(version: string): Installer {
  return {
    name: version.split(' ').slice(0, 2).join(' '),
    create: (folder, options) => runProgram(['uv', 'venv', '--python', `>=${oldest.join('.')}`, folder], options),
    ways: (folder, requirements, build) => uvWays(['uv'], folder, requirements, build),
  };
}

function uvWays(uv: string[], folder: string, requirements: readonly string[], build: Build): Way[] {
  const install = [...uv, 'pip', 'install', '--python', pythonIn(folder), ...filesOf(requirements)];
  return [
    { name: 'PyTorch from its own place', words: [...install, '--torch-backend', build] },
    { name: indexBuild, words: install },
  ];
}

function pythonInstaller({ program, version }: Python): Installer {
  return {
    name: `Python ${version} (${program.join(' ')})`,
    create: async (folder, options) => {
      const made = await runProgram([...program, '-m', 'venv', folder], options);
      if (made.code !== 0) return made;
      return runProgram([pythonIn(folder), '-m', 'pip', 'install', '--no-cache-dir', ownUv], options);
    },
    ways: (folder, requirements, build) => {
      const python = pythonIn(folder);
      const pip = [python, '-m', 'pip', 'install', '--no-cache-dir', ...filesOf(requirements)];
      return [
        ...uvWays([python, '-m', 'uv'], folder, requirements, build),
        { name: `${indexBuild}, by pip`, words: pip },
      ];
    },
  };
}

const filesOf = (requirements: readonly string[]) => requirements.flatMap((file) => ['-r', file]);

interface Python {
  program: string[];
  version: string;
}

/** The first of the usual names that is new enough and can make environments. */
async function findPython(): Promise<Python> {
  const names = process.platform === 'win32' ? [['py', '-3'], ['python']] : [['python3'], ['python']];
  const found: Python[] = [];
  for (const program of names) {
    const { code, lines } = await runProgram([...program, '-c', 'import platform; print(platform.python_version())']);
    if (code === 0) found.push({ program, version: lines[0] });
  }
  const python = found.find(({ version }) => isNewEnough(version));
  if (!python) throw new UserError(noPython(found[0]));
  const { code } = await runProgram([...python.program, '-c', 'import venv, ensurepip']);
  if (code === 0) return python;
  throw new UserError(
    `Python ${python.version} (${python.program.join(' ')}) can't make environments: its module venv is not installed ` +
      '(Debian and Ubuntu: "apt install python3-venv"); uv on the PATH would do as well.',
  );
}

function isNewEnough(version: string): boolean {
  const [major, minor] = version.split('.').map(Number);
  return major > oldest[0] || (major === oldest[0] && minor >= oldest[1]);
}

function noPython(old?: Python): string {
  const wanted = `Python ${oldest.join('.')} or later, or uv, must be on the PATH`;
  return old ? `${wanted}: ${old.program.join(' ')} is ${old.version}.` : `${wanted}, and neither is.`;
}
