/** `pit run`: checks everything, makes a run folder for each recipe and seed, trains them, and prints the table. */
import { dirname, resolve } from 'node:path';
import { Command } from 'commander';
import { chooseVariants } from '../schedule/stages';
import { openRuns } from '../trainer/open-runs';
import { planRuns, runsFolder, sharingCores } from '../trainer/plan';
import { conduct } from './conduct';
import { openExperiment } from './experiment';
import { wholeNumber } from './numbers';
import { present } from './present';

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
    .option('-j, --jobs <n>', 'runs at the same time, which share the processor cores', wholeNumber(1), 1)
    .action((file: string, options: RunOptions) => run(resolve(file), options));
}

/** @param file absolute path of an experiment file */
export async function run(file: string, options: RunOptions): Promise<void> {
  const { name, experiment: asked, data } = await openExperiment(file);
  const experiment = sharingCores(asked, options.jobs);
  const out = options.out ? resolve(options.out) : runsFolder(dirname(file), name);
  const seeds = options.seeds ?? experiment.seeds;
  const variants = chooseVariants(experiment, options.recipe);
  const plans = planRuns({ name, experiment, data, variants, seeds, out });
  const ending = await conduct(openRuns(plans), options.jobs);
  present(
    out,
    plans.map(({ path }) => path),
    ending,
  );
}

/** `3` is the seeds 1, 2, 3; `3,` or `3,7` lists them. */
function parseSeeds(text: string): number[] {
  if (!text.includes(',')) return Array.from({ length: wholeNumber(1)(text) }, (_, i) => i + 1);
  const parts = text.split(',').filter((part) => part !== '');
  return parts.map(wholeNumber(0));
}
