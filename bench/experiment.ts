/**
 * A whole experiment, evaluation included, here and with `transformers`' Trainer and generate on padded batches: the
 * demo's ⑦ with fewer epochs, the same base model, the same token ids, epochs, batches and rates.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { loadDataset } from '../src/dataset/load';
import { RunFolder } from '../src/run/folder';
import { type Experiment } from '../src/schedule/experiment';
import { sourcesOf, withAbsolutePaths } from '../src/schedule/paths';
import { questionPromptTokens } from '../src/schedule/prompts';
import { readExperiment } from '../src/schedule/read-experiment';
import type { Example } from '../src/schedule/schedule';
import { variantsOf } from '../src/schedule/stages';
import { createRun } from '../src/trainer/launch';
import { train } from '../src/trainer/loop';
import { openWorkbench, type Workbench } from '../src/trainer/workbench';
import { runPython } from './python';

const file = resolve(__dirname, '../samples/bios/demo.pit.json');
const epochs = [5, 5];
const batch = 64;

export interface ExperimentCost {
  /** Seconds of training and evaluation, without loading. */
  seconds: number;
  /** Share of the computed places that are padding, in training. */
  padding: number;
}

/** `theirs` is undefined where no Python with torch and transformers is found. */
export async function measureExperiment(): Promise<{ ours: ExperimentCost; theirs?: ExperimentCost }> {
  const folder = mkdtempSync(join(tmpdir(), 'pit-bench-'));
  try {
    const bench = await openWorkbench(await makeRun(join(folder, 'run')));
    const started = performance.now();
    await train(bench);
    const seconds = (performance.now() - started) / 1000;
    const ours = { seconds, padding: paddingOf(bench.folder) };
    return { ours, theirs: measureTrainer(bench, folder) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function makeRun(path: string): Promise<RunFolder> {
  const { experiment } = await readExperiment(file);
  const settled = withAbsolutePaths(shortened(experiment!), dirname(file));
  const { hash } = await loadDataset(sourcesOf(settled, '/'));
  return createRun({
    path,
    name: 'bench',
    experiment: settled,
    variant: variantsOf(settled)[0],
    seed: 1,
    dataHash: hash,
  });
}

/** ⑦ alone, with batches of so many examples and no warm-up, as the Trainer has them too. */
function shortened(experiment: Experiment): Experiment {
  const phase = { rate: 1e-3, batch };
  const training = { ...experiment.training, documents: phase, questions: phase, mixed: phase, warmup: 0 };
  const evaluation = { ...experiment.evaluation, trainQuestions: 0 };
  return { ...experiment, recipes: [{ recipe: 'pit', epochs }], training, evaluation };
}

function paddingOf(folder: RunFolder): number {
  const steps = folder.readEvents().events.filter((event) => event.type === 'step');
  const sum = (read: (step: (typeof steps)[number]) => number) => steps.reduce((total, step) => total + read(step), 0);
  return sum(({ padding }) => padding) / sum(({ padding, tokens }) => padding + tokens);
}

function measureTrainer({ experiment, dataset, tokenizer, schedule }: Workbench, folder: string) {
  const lines = (name: string, values: readonly unknown[]) =>
    writeFileSync(join(folder, name), values.map((value) => JSON.stringify(value)).join('\n'));
  const questions = dataset.questions.filter(({ split }) => split === experiment.splits.test);
  lines(
    'test.jsonl',
    questions.map(({ question }) => ({ input_ids: [...questionPromptTokens(question, tokenizer)] })),
  );
  const phases = schedule.stages.map((stage) => {
    const examples = `phase-${stage.number}.jsonl`;
    lines(
      examples,
      schedule.members(stage).map((index) => labelled(schedule.examples[index])),
    );
    return { examples, epochs: stage.epochs, rate: stage.rate, batch, prompts: 'test.jsonl' };
  });
  const { optimizer, finalRate } = experiment.training;
  const { maxTokens, batch: evaluationBatch } = experiment.evaluation;
  const plan = { model: experiment.model, seed: 1, phases, optimizer, finalRate, maxTokens, evaluationBatch };
  writeFileSync(join(folder, 'plan.json'), JSON.stringify(plan));
  const found = runPython('trainer_baseline.py', ['--plan', join(folder, 'plan.json')]);
  if (!found) return undefined;
  return { seconds: found.trainingSeconds + found.evaluationSeconds, padding: found.paddingShare };
}

/** −100 marks what is not learnt; the Trainer shifts by itself. */
function labelled({ tokens, weights }: Example) {
  const labels = [...tokens].map((token, i) => (i > 0 && weights[i - 1] > 0 ? token : -100));
  return { input_ids: [...tokens], labels };
}
