/** `pit run`: checks everything, makes a run folder for each recipe and seed, trains them, and prints the table. */
import { availableParallelism } from 'node:os';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { loadDataset, type LoadedDataset } from '../dataset/load';
import { describeProblem } from '../dataset/problem';
import type { Problem } from '../dataset/model';
import { UserError } from '../errors';
import type { Experiment } from '../schedule/experiment';
import { sourcesOf, withAbsolutePaths } from '../schedule/paths';
import { readExperiment } from '../schedule/read-experiment';
import { type Variant, variantsOf } from '../schedule/stages';
import type { RunPlan } from '../trainer/launch';
import { conduct } from './conduct';
import { openRuns } from './open-runs';
import { present } from './present';
import { workOf } from './work';

interface RunOptions {
  recipe?: string[];
  seeds?: number[];
  out?: string;
  jobs: number;
}

export function runCommand(): Command {
  return new Command('run')
    .description('train what an experiment file says, and print the table of results')
    .argument('<file>', 'experiment file, *.pit.json')
    .option('-r, --recipe <keys>', 'only these recipes, separated by commas', (text) => text.split(','))
    .option('-s, --seeds <n>', 'so many seeds from 1 on, or a list such as 3,7', parseSeeds)
    .option('-o, --out <folder>', 'where the run folders go; runs/NAME beside the experiment if left out')
    .option('-j, --jobs <n>', 'runs at the same time, which share the processor cores', parseCount, 1)
    .action((file: string, options: RunOptions) => run(resolve(file), options));
}

async function run(file: string, options: RunOptions): Promise<void> {
  const { experiment: asked, data } = await checked(file);
  const experiment = { ...asked, threads: asked.threads || shareOfThreads(options.jobs) };
  const name = experiment.name ?? basename(file).replace(/\.pit\.json$/, '');
  const out = options.out ? resolve(options.out) : join(dirname(file), 'runs', name);
  const seeds = options.seeds ?? experiment.seeds;
  const variants = chosen(variantsOf(experiment), options.recipe);
  const plans = seeds.flatMap((seed) =>
    variants.map((variant): RunPlan & { work: number[] } => ({
      path: join(out, `${variant.name}-seed${seed}`),
      name,
      experiment,
      variant,
      seed,
      dataHash: data.hash,
      work: workOf(experiment, variant.choice, data.dataset),
    })),
  );
  const ending = await conduct(openRuns(plans), options.jobs);
  present(
    out,
    plans.map(({ path }) => path),
    ending,
  );
}

/** Threads of each of several runs at the same time; 0, which is all of them, for one. */
function shareOfThreads(jobs: number): number {
  return jobs > 1 ? Math.max(1, Math.floor(availableParallelism() / jobs)) : 0;
}

/** The experiment with absolute paths and its dataset. Prints every problem; throws if one of them is an error. */
async function checked(file: string): Promise<{ experiment: Experiment; data: LoadedDataset }> {
  const { experiment, problems } = await readExperiment(file);
  refuse(problems, file);
  const settled = withAbsolutePaths(experiment!, dirname(file));
  const data = await loadDataset(sourcesOf(settled, dirname(file)));
  refuse(data.problems, file);
  return { experiment: settled, data };
}

function refuse(problems: readonly Problem[], file: string): void {
  for (const problem of problems) console.error(describeProblem({ ...problem, file: relative('', problem.file) }));
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  if (errors > 0)
    throw new UserError(
      `${relative('', file)} can't run before ${errors === 1 ? 'this error is' : `these ${errors} errors are`} mended.`,
    );
}

function chosen(variants: readonly Variant[], names: readonly string[] | undefined): Variant[] {
  const missing = names?.find((name) => !variants.some((variant) => variant.name === name));
  const known = variants.map(({ name }) => name).join(', ');
  if (missing !== undefined) throw new UserError(`The experiment has no recipe "${missing}"; it has ${known}.`);
  return variants.filter(({ name }) => !names || names.includes(name));
}

function parseCount(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1) throw new InvalidArgumentError('It must be a whole number from 1 on.');
  return count;
}

/** `3` is the seeds 1, 2, 3; `3,` or `3,7` lists them. */
function parseSeeds(text: string): number[] {
  if (!text.includes(',')) return Array.from({ length: parseCount(text) }, (_, i) => i + 1);
  const seeds = text
    .split(',')
    .filter((part) => part !== '')
    .map(Number);
  if (seeds.some((seed) => !Number.isInteger(seed) || seed < 0))
    throw new InvalidArgumentError('Seeds are whole numbers from 0 on.');
  return seeds;
}
