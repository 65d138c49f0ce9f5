/**
 * `pit evaluate`: what a model knows as it is. It writes an experiment in which nothing is trained and runs it like any
 * other, so that predictions, report and table are those of every run.
 */
import { existsSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { Command } from 'commander';
import { UserError } from '../errors';
import { makeFolder } from '../make-folder';
import { writeJson } from '../model/files';
import { chooseEngine, type Engine } from '../trainer/choose-engine';
import { engineOption, namedModel } from './model';
import { wholeNumber } from './numbers';
import { shown } from './output';
import { run } from './run';

const styles = ['zero-shot', 'closed-book', 'open-book'];

interface EvaluateOptions {
  prompts: string[];
  split: string;
  train: string;
  shots: number;
  maxTokens: number;
  seed: number;
  engine?: Engine;
  out?: string;
}

export function evaluateCommand(): Command {
  return new Command('evaluate')
    .description('ask a model the questions of a dataset, without training it')
    .argument('<model>', 'model folder, or a run, whose newest checkpoint is asked')
    .argument('<data...>', 'files and folders with documents and questions')
    .option('-p, --prompts <styles>', `of ${styles.join(', ')}, separated by commas`, parseStyles, styles)
    .option('--split <name>', 'split whose questions are asked', 'test')
    .option('--train <name>', 'split of the in-context pairs', 'train')
    .option('--shots <n>', 'in-context pairs of closed-book and open-book', wholeNumber(0), 5)
    .option('-m, --max-tokens <n>', 'longest answer', wholeNumber(1), 32)
    .option('--seed <n>', 'which pairs stand in the prompts', wholeNumber(0), 1)
    .addOption(engineOption())
    .option('-o, --out <folder>', 'where experiment, predictions and table go; runs/evaluation-MODEL if left out')
    .action(evaluate);
}

async function evaluate(model: string, data: string[], options: EvaluateOptions): Promise<void> {
  const { folder } = namedModel(model);
  const { engine, reason } = await chooseEngine(folder, options.engine);
  if (reason) console.error(reason);
  const out = resolve(options.out ?? join('runs', `evaluation-${basename(resolve(model))}`));
  const { shots, maxTokens } = options;
  const experiment = {
    name: `evaluation of ${basename(resolve(model))}`,
    model: folder,
    // The usual one is not written.
    ...(engine !== 'onnx' && { engine }),
    data: data.map((path) => resolve(path)),
    splits: { train: options.train, test: options.split },
    recipes: options.prompts,
    seeds: [options.seed],
    evaluation: { shots, maxTokens, trainQuestions: 0 },
  };
  const file = join(out, 'evaluation.pit.json');
  await makeFolder(out);
  if (existsSync(file) && readFileSync(file, 'utf8') !== `${JSON.stringify(experiment, undefined, 2)}\n`)
    throw new UserError(`${shown(out)} holds an evaluation with other settings; choose another folder with --out.`);
  await writeJson(file, experiment);
  await run(file, { out, jobs: 1 });
}

function parseStyles(text: string): string[] {
  const chosen = text.split(',');
  const unknown = chosen.find((style) => !styles.includes(style));
  if (unknown !== undefined) throw new UserError(`There are no "${unknown}" prompts; choose of ${styles.join(', ')}.`);
  return chosen;
}
