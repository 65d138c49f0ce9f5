/**
 * Makes the environment of the torch learner: a folder of packages beside which a file says that it is complete. One
 * that was begun and not completed counts for nothing and is cleared at the next try; what it had downloaded is kept
 * until then. Deleting `torchFolder()` undoes everything.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../errors';
import { makeFolder } from '../../make-folder';
import { explained, writeJson } from '../../model/files';
import { refuseFullDisk } from '../../model/new-folder';
import { type Ended, type ProgramOptions, runProgram } from '../../program';
import { hasNvidia } from '../machine';
import { type Environment, environmentFile, pythonIn, readEnvironment, torchFolder } from './environment';
import { type Build, type Installer, type Way } from './installer';
import { type Probe, probe } from './probe';
import { pythonFolder } from './torchrun';

export interface Order {
  build: Build;
  /** Files of requirements. */
  requirements: string[];
  installer: Installer;
}

/** An environment, and what it offers. */
export interface Made extends Environment {
  found: Probe;
}

/** Bytes, about: to download, and on the disk. */
export const sizes = {
  cpu: { download: 0.3e9, disk: 1.2e9 },
  cuda: { download: 3.1e9, disk: 5.7e9 },
} as const;

/** Which build is looked for first, and why. */
export function buildFor(build: Build): { kind: keyof typeof sizes; reason: string } {
  if (build === 'cpu') return { kind: 'cpu', reason: 'as asked for' };
  return hasNvidia()
    ? { kind: 'cuda', reason: 'as an NVIDIA GPU is here' }
    : { kind: 'cpu', reason: 'as no NVIDIA GPU is here' };
}

/** Whether the environment that is there was made from these requirements, or from more. */
export function isCurrent(requirements: readonly string[]): boolean {
  const made = readEnvironment()?.requirements ?? [];
  return textsOf(requirements).every((text) => made.includes(text));
}

const textsOf = (files: readonly string[]) => files.map((file) => readFileSync(file, 'utf8'));

/** @throws UserError with one sentence; what was there before then still is */
export async function makeEnvironment(
  { build, requirements, installer }: Order,
  options: ProgramOptions,
): Promise<Made> {
  const root = torchFolder();
  const name = `environment-${Date.now().toString(36)}`;
  const place = join(root, name);
  await explained(root, 'written', makeFolder(root));
  await clearAllBut(readEnvironment()?.name, downloads);
  await refuseFullDisk(place, sizes[buildFor(build).kind].disk);
  try {
    const how = { ...options, env: environmentOf(root) };
    refuseFailure('The environment could not be made', await installer.create(place, how), root);
    await fill(installer.ways(place, requirements, build), how, root);
    refuseFailure('The packages could not be imported', await importAll(pythonIn(place), how), root);
    const found = await probe(pythonIn(place));
    const made = { name, torch: found.torch, cuda: found.cuda, requirements: textsOf(requirements) };
    await writeJson(environmentFile(), made);
    await clearAllBut(name);
    return { ...made, found };
  } catch (error) {
    await rm(place, { recursive: true, force: true });
    throw error;
  }
}

/** Says whether there was anything. */
export async function removeEnvironment(): Promise<boolean> {
  const root = torchFolder();
  if (!existsSync(root)) return false;
  await explained(root, 'written', rm(root, { recursive: true }));
  return true;
}

/** As the learner will: that it can is seen now, and what is compiled here is not compiled again in every process. */
function importAll(python: string, options: ProgramOptions): Promise<Ended> {
  options.onLine?.('Importing all of it once, which compiles it.');
  const env = { ...options.env, PYTHONPATH: pythonFolder(), PYTHONDONTWRITEBYTECODE: '' };
  return runProgram([python, '-c', 'import torch.distributed.run, peft, pit_learner.learner'], { ...options, env });
}

/** uv's cache and the Python that it may bring lie in the one folder, too. */
const downloads = 'downloads';

function environmentOf(root: string): NodeJS.ProcessEnv {
  return {
    UV_CACHE_DIR: join(root, downloads),
    UV_PYTHON_INSTALL_DIR: join(root, 'python'),
    UV_NO_PROGRESS: '1',
    PYTHONNOUSERSITE: '1',
  };
}

/** Removes what earlier tries have left. */
async function clearAllBut(...names: (string | undefined)[]): Promise<void> {
  const root = torchFolder();
  const kept = new Set([...names, 'environment.json', 'python']);
  const left = readdirSync(root).filter((name) => !kept.has(name));
  for (const name of left) await explained(root, 'written', rm(join(root, name), { recursive: true }));
}

/** Tries one way after the other as long as they reach nothing. */
async function fill([way, ...others]: readonly Way[], options: ProgramOptions, root: string): Promise<void> {
  const ended = await runProgram(way.words, options);
  if (ended.code === 0) return;
  if (others.length === 0 || !reachedNothing(ended))
    return refuseFailure('The packages could not be installed', ended, root);
  options.onLine?.(`Not reached. Next: ${others[0].name}.`);
  return fill(others, options, root);
}

const network =
  /failed to fetch|error sending request|dns error|name resolution|connection (refused|reset|error|broken)|newconnectionerror|timed? ?out|network is unreachable|from versions: none/i;

const reachedNothing = ({ lines }: Ended) => lines.some((line) => network.test(line));

function refuseFailure(what: string, { code, lines, refusal }: Ended, root: string): void {
  if (code === 0) return;
  const why = lines.some((line) => /no space left|disk quota|os error 28/i.test(line))
    ? `the disk of ${root} is full`
    : reachedNothing({ code, lines })
      ? 'the package index could not be reached; is this machine offline?'
      : (refusal ?? lines.findLast((line) => line.trim() !== '')?.trim() ?? `code ${code}`);
  throw new UserError(`${what}: ${why.replace(/[.?]?$/, (end) => end || '.')}`, {
    detail: lines.slice(-40).join('\n'),
  });
}
