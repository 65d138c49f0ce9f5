/** `pit run`: checks everything, makes a run folder for each recipe and seed, trains them, and prints the table. */
import { dirname, resolve } from 'node:path';
import { Command } from 'commander';
import { counted } from '../run/format';
import { pace } from '../run/pace';
import { refuseUnlessAllowed } from '../schedule/launcher';
import { chooseVariants } from '../schedule/stages';
import { startConductor } from '../trainer/launch';
import { type OpenRun, openRuns } from '../trainer/open-runs';
import { planRuns, runsFolder, sharingCores } from '../trainer/plan';
import { startingHash } from '../trainer/starting-model';
import { conduct } from './conduct';
import { openExperiment } from './experiment';
import { wholeNumber } from './numbers';
import { shown } from './output';
import { present } from './present';
import { clearLine, showLine } from './stop';

interface RunOptions {
  recipe?: string[];
  seeds?: number[];
  out?: string;
  jobs: number;
  allowCommand?: true;
  detach?: true;
}

export function runCommand(): Command {
  return new Command('run')
    .description('train what an experiment file says, and print the table of results')
    .argument('<file>', 'experiment file, *.pit.json')
    .option('-r, --recipe <keys>', 'only these recipes, separated by commas', (text) => text.split(','))
    .option('-s, --seeds <n>', 'so many seeds from 1 on, or a list such as 3,7', parseSeeds)
    .option('-o, --out <folder>', 'where the run folders go; runs/NAME beside the experiment if left out')
    .option('-j, --jobs <n>', 'runs at the same time, which share the processor cores', wholeNumber(1), 1)
    .option('--allow-command', 'run what the experiment says in its own words to start its runs')
    .option('-d, --detach', 'return when the runs are lined up; they go on by themselves')
    .action((file: string, options: RunOptions) => run(resolve(file), options));
}

/** @param file absolute path of an experiment file */
export async function run(file: string, options: RunOptions): Promise<void> {
  const { name, experiment: asked, data } = await openExperiment(file);
  const { jobs, allowCommand: allowed = false, detach } = options;
  refuseUnlessAllowed(asked.launcher, allowed);
  const experiment = sharingCores(asked, jobs);
  const out = options.out ? resolve(options.out) : runsFolder(dirname(file), name);
  const seeds = options.seeds ?? experiment.seeds;
  const variants = chooseVariants(experiment, options.recipe);
  const onProgress = pace((line) => showLine(`Reading the model: ${line}`));
  const modelHash = await startingHash(experiment, { onProgress }).finally(clearLine);
  const plans = planRuns({ name, experiment, data, modelHash, variants, seeds, out });
  const runs = await openRuns(plans);
  if (detach) return leave(out, runs, { jobs, allowed });
  const ending = await conduct(runs, { jobs, allowed });
  present(
    out,
    plans.map(({ path }) => path),
    ending,
  );
}

/** Hands the runs to a process that outlives this one. */
function leave(out: string, runs: readonly OpenRun[], how: { jobs: number; allowed: boolean }): void {
  const open = runs.filter(({ finished }) => !finished).map(({ folder }) => folder);
  if (open.length > 0) startConductor(out, open, how);
  console.log(
    `${counted(open.length, 'run')} lined up in ${shown(out)}; pit report tells how they get on, pit stop ends them.`,
  );
}

/** `3` is the seeds 1, 2, 3; `3,` or `3,7` lists them. */
function parseSeeds(text: string): number[] {
  if (!text.includes(',')) return Array.from({ length: wholeNumber(1)(text) }, (_, i) => i + 1);
  const parts = text.split(',').filter((part) => part !== '');
  return parts.map(wholeNumber(0));
}
