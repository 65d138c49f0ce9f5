/** `pit schedule`: shows what an experiment will train on, in which order, without training. */
import { resolve } from 'node:path';
import { Command } from 'commander';
import type { MemoryDemand } from '../engine/onnx/memory';
import { UserError } from '../errors';
import { compileSchedule } from '../schedule/compile';
import { type DescribedToken, describeSchedule, describeTokens, type ScheduleDescription } from '../schedule/describe';
import { printSchedule, printTokens } from '../schedule/print';
import { attentionOf, placesOf } from '../schedule/pack';
import { rowsFor } from '../schedule/rows';
import type { Example, Schedule } from '../schedule/schedule';
import { chooseVariants, type Variant } from '../schedule/stages';
import { openExperiment, type OpenedExperiment } from './experiment';
import { describeDemand } from '../engine/onnx/memory';
import { demandOf } from '../trainer/memory';
import { describeSpread, type Spread, torchDemands } from '../trainer/torch-memory';
import { openModel, type OpenedModel } from '../trainer/starting-model';
import { wholeNumber } from './numbers';
import { paint, type Paint, printJson } from './output';

interface ScheduleOptions {
  recipe?: string[];
  seed?: number;
  tokens?: string;
  json?: true;
}

type Described = ScheduleDescription & { recipe: string; memory?: MemoryDemand | Spread[] };

/** A variant with what it will do. */
interface Planned {
  variant: Variant;
  schedule: Schedule;
}

export function scheduleCommand(): Command {
  return new Command('schedule')
    .description('show stages, order, tokens and lengths without training')
    .argument('<file>', 'experiment file, *.pit.json')
    .option('-r, --recipe <keys>', 'only these recipes, separated by commas', (text) => text.split(','))
    .option('-s, --seed <n>', "the seed of the order; the experiment's first if left out", wholeNumber(0))
    .option('-t, --tokens <id>', 'the tokens of one document or question, each with its loss weight, and no more')
    .option('--json', 'the same as JSON')
    .action((file: string, options: ScheduleOptions) => show(resolve(file), options));
}

async function show(file: string, { recipe, seed, tokens, json }: ScheduleOptions): Promise<void> {
  const opened = await openExperiment(file);
  const variants = chooseVariants(opened.experiment, recipe);
  const model = await openModel(opened.experiment, opened.data.dataset);
  const planned = variants.map((variant) => plan(variant, opened, model, seed ?? opened.experiment.seeds[0]));
  if (tokens !== undefined) return showTokens(planned, tokens, model, Boolean(json));
  const described = planned.map(({ variant, schedule }) => ({
    recipe: variant.name,
    ...describe(schedule, opened, model),
  }));
  if (json) return printJson(described);
  process.stdout.write(described.map((one) => `${titled(one)}\n`).join('\n'));
}

function plan(variant: Variant, { experiment, data }: OpenedExperiment, model: OpenedModel, seed: number): Planned {
  const { tokenizer } = model;
  const schedule = compileSchedule({ experiment, recipe: variant.choice, dataset: data.dataset, tokenizer, seed });
  return { variant, schedule };
}

function describe(schedule: Schedule, { experiment, data }: OpenedExperiment, { facts, config }: OpenedModel) {
  const rows = rowsFor(schedule, experiment.training, attentionOf(facts.hiddenSize));
  const places = schedule.examples.map(placesOf);
  const memory = config && (experiment.engine === 'onnx' ? demandOf : torchDemands)(experiment, config, places);
  return { ...describeSchedule(schedule, { dataset: data.dataset, rows }), memory };
}

function titled({ recipe, memory, ...description }: Described): string {
  const trains = description.stages.length > 0;
  const lines = [paint(recipe, 'bold'), printSchedule(description).trimEnd()];
  const needs = memory && (Array.isArray(memory) ? memory.map(describeSpread).join(', or ') : describeDemand(memory));
  return [...lines, ...(trains && needs ? ['', `Training takes about ${needs}.`] : [])].join('\n');
}

function showTokens(planned: readonly Planned[], id: string, { tokenizer }: OpenedModel, json: boolean): void {
  const examples = planned.flatMap(({ schedule }) => schedule.examples.filter((example) => example.id === id));
  if (examples.length === 0) throw new UserError(`No stage trains on a document or question with the id "${id}".`);
  const described = differing(examples).map((example) => ({
    id,
    kind: example.kind,
    tokens: describeTokens(example, tokenizer),
  }));
  if (json) return printJson(described);
  process.stdout.write(described.map(({ tokens }) => paintedTokens(tokens)).join('\n'));
}

/** One of those with equal loss weights: recipes weigh most documents alike. */
function differing(examples: readonly Example[]): Example[] {
  return [...new Map(examples.map((example) => [example.weights.join(), example])).values()];
}

function paintedTokens(tokens: readonly DescribedToken[]): string {
  const [head, ...lines] = printTokens(tokens).trimEnd().split('\n');
  const painted = lines.map((line, place) => paint(line, colourOf(tokens[place].weight)));
  return [paint(head, 'bold'), ...painted, ''].join('\n');
}

function colourOf(weight: number): Paint {
  if (weight === 0) return 'dim';
  return weight < 1 ? 'yellow' : 'green';
}
