/** `pit setup torch`: makes the environment of the torch engine, says before what that takes, and how to undo it. */
import { stdin, stderr } from 'node:process';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { Command } from 'commander';
import { torchFolder } from '../engine/torch/environment';
import { announcement, described } from '../engine/torch/announcement';
import { type Build, findInstaller } from '../engine/torch/installer';
import { isCurrent, makeEnvironment, removeEnvironment } from '../engine/torch/setup';
import { pythonFolder } from '../engine/torch/torchrun';
import { UserError } from '../errors';
import { duration } from '../run/format';
import { showLine, stoppable } from './stop';

interface SetupOptions {
  yes?: true;
  cpu?: true;
  again?: true;
  remove?: true;
  with: string[];
}

export function setupCommand(): Command {
  const torch = new Command('torch')
    .description('make an environment with PyTorch, for experiments with the engine "torch"')
    .option('-y, --yes', 'do not ask')
    .option('--cpu', "PyTorch's build for the processor, also where there is an NVIDIA GPU")
    .option('-w, --with <file>', 'more requirements, as pip reads them; may be repeated', collect, [])
    .option('--again', 'make it anew though it is there')
    .option('--remove', 'remove it')
    .action(setUp);
  return new Command('setup').description('install what only some engines need').addCommand(torch);
}

const collect = (file: string, files: string[]) => [...files, resolve(file)];

async function setUp(options: SetupOptions): Promise<void> {
  if (options.remove) return remove();
  const requirements = [join(pythonFolder(), 'requirements.txt'), ...options.with];
  if (!options.again && isCurrent(requirements))
    return console.log(`The torch engine is set up in ${torchFolder()}; --again makes it anew.`);
  const installer = await findInstaller();
  const build: Build = options.cpu ? 'cpu' : 'auto';
  console.error(`${announcement(build, installer)}\n--remove removes it.`);
  if (!options.yes && !(await agrees())) return console.error('Nothing was changed.');
  const started = performance.now();
  const made = await stoppable(
    (signal) => makeEnvironment({ build, requirements, installer }, { signal, onLine: progress(started) }),
    'Stopped; the same command begins anew.',
  );
  if (!made) return;
  console.log(described(made));
  console.error(`Made in ${duration((performance.now() - started) / 1000)}. "pit doctor" looks at it.`);
}

async function remove(): Promise<void> {
  const there = await removeEnvironment();
  console.log(there ? `Removed ${torchFolder()}.` : 'The torch engine is not set up, so nothing was removed.');
}

async function agrees(): Promise<boolean> {
  if (!stdin.isTTY) throw new UserError('Nobody is there to ask: add --yes to set the torch engine up.');
  const terminal = createInterface({ input: stdin, output: stderr });
  const answer = await terminal.question('Go on? [y/N] ').finally(() => terminal.close());
  return /^y(es)?$/i.test(answer.trim());
}

/** On a terminal one line with the time that has passed, else every line as it comes. */
function progress(started: number): (line: string) => void {
  if (!stderr.isTTY) return (line) => console.error(line);
  return (line) => showLine(`${duration((performance.now() - started) / 1000)} · ${line.trim()}`.slice(0, width() - 1));
}

const width = () => stderr.columns || 80;
