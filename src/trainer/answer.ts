/**
 * The answering process: `node answerer.cjs RUN_FOLDER MODEL_FOLDER`. It reads questions from standard input, one JSON
 * object a line, and writes their greedy answers to standard output, one a line in the same order, with the prompts
 * and settings of the run. Its first line says that it is ready, or why it can't be. It ends with its input.
 */
import { createInterface } from 'node:readline';
import { loadDataset } from '../dataset/load';
import type { Dataset } from '../dataset/model';
import { messageOf } from '../errors';
import { runFiles, RunFolder } from '../run/folder';
import { promptOf } from '../schedule/compile';
import type { Experiment } from '../schedule/experiment';
import { sourcesOf } from '../schedule/paths';
import type { PromptStyle } from '../schedule/schedule';
import type { AnswererLine } from './answerer-lines';
import { openAnswerer } from './answerer';
import { ask, type Asked } from './ask';
import { chooseEngine, type Engine } from './choose-engine';

async function main(run: string, model: string): Promise<void> {
  const { engine, reason } = await chooseEngine(model);
  if (reason) console.error(reason);
  const signal = engine === 'torch' ? stopSignal() : undefined;
  const { learner, ...asker } = await openAsker(RunFolder.open(run), model, engine, signal);
  try {
    say({ ready: learner.report });
    for await (const questions of questionsFrom(process.stdin, signal)) {
      for (const answer of await ask({ ...asker, learner }, questions)) say({ answer });
    }
  } finally {
    await learner.close();
  }
}

/** Of an engine with processes of its own: they end with this one. */
function stopSignal(): AbortSignal {
  const stop = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stop.abort());
  return stop.signal;
}

async function openAsker(folder: RunFolder, model: string, engine: Engine, signal?: AbortSignal) {
  const experiment = folder.readJson<Experiment>(runFiles.experiment);
  const prompt = promptOf(experiment.recipes?.[0]);
  const dataset = await datasetFor(prompt, experiment);
  const { tokenizer, learner } = await openAnswerer(model, { ...experiment, engine, signal });
  return { experiment, dataset, tokenizer, learner, schedule: { prompt, seed: folder.identity.seed } };
}

/** Only prompts with other pairs or a document in them need the data, as it is now. */
async function datasetFor(prompt: PromptStyle, experiment: Experiment): Promise<Dataset> {
  if (prompt === 'zero-shot') return { documents: [], questions: [] };
  return (await loadDataset(sourcesOf(experiment, '/'))).dataset;
}

/** What has come in since the last answers, together. */
async function* questionsFrom(input: NodeJS.ReadableStream, signal?: AbortSignal): AsyncGenerator<Asked[]> {
  let waiting: string[] = [];
  let ended = false;
  let wake = () => {};
  createInterface({ input, signal })
    .on('line', (line) => (waiting.push(line), wake()))
    .on('close', () => ((ended = true), wake()));
  while (!ended || waiting.length > 0) {
    if (waiting.length === 0) await new Promise<void>((resolve) => (wake = resolve));
    const together = waiting;
    waiting = [];
    if (together.length > 0) yield together.map((line) => JSON.parse(line));
  }
}

function say(line: AnswererLine): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

main(process.argv[2], process.argv[3]).catch((error: unknown) => {
  console.error(error);
  say({ failed: messageOf(error) });
  process.exitCode = 1;
  process.stdin.destroy();
});
