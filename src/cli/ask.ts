/** `pit ask`: puts questions to a model and prints its greedy answers. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Command } from 'commander';
import { messageOf, UserError } from '../errors';
import { answerOf, promptTokens } from '../schedule/prompts';
import { chooseEngine, type Engine } from '../trainer/choose-engine';
import { engineOption, namedModel } from './model';
import { wholeNumber } from './numbers';
import { printJson } from './output';
import { stoppable } from './stop';

interface AskOptions {
  document?: string;
  engine?: Engine;
  maxTokens: number;
  threads: number;
  json?: true;
}

export function askCommand(): Command {
  return new Command('ask')
    .description('put questions to a model')
    .argument('<model>', 'model folder, or a run, whose newest checkpoint is asked')
    .argument('<question...>', 'each in quotes')
    .option('-d, --document <file>', 'text that stands before the question')
    .option('-m, --max-tokens <n>', 'longest answer', wholeNumber(1), 32)
    .addOption(engineOption())
    .option('-t, --threads <n>', 'processor threads; 0 for one a core', wholeNumber(0), 0)
    .option('--json', 'questions, prompts and whole outputs as JSON, with what computed them')
    .action(ask);
}

async function ask(model: string, questions: string[], options: AskOptions): Promise<void> {
  const { folder } = namedModel(model);
  const document = options.document === undefined ? undefined : textOf(resolve(options.document));
  const { engine, reason } = await chooseEngine(folder, options.engine);
  if (reason) console.error(reason);
  const work = (signal?: AbortSignal) => answersTo(questions, { ...options, folder, text: document, engine, signal });
  // The embedded engine ends with this process; torch has processes of its own.
  const answers = engine === 'torch' ? await stoppable(work, 'Stopped.') : await work();
  if (!answers) return;
  if (options.json) return printJson(answers);
  for (const { answer } of answers) console.log(answer);
}

interface Asking extends Pick<AskOptions, 'maxTokens' | 'threads'> {
  folder: string;
  text?: { text: string };
  engine: Engine;
  signal?: AbortSignal;
}

async function answersTo(questions: readonly string[], { folder, text, maxTokens, ...how }: Asking) {
  const { openAnswerer } = await import('../trainer/answerer');
  const { learner, tokenizer } = await openAnswerer(folder, { ...how, log: () => {} });
  try {
    const { maxPositions, stopTokens } = learner.config;
    const { engine, version, device } = learner.report;
    const limit = maxPositions - maxTokens;
    const prompts = questions.map((question) => promptTokens(question, tokenizer, { document: text, limit }));
    const outputs = await learner.generate(prompts, { maxTokens, batch: 32, stopTokens });
    return outputs.map((tokens, i) => {
      const output = tokenizer.decode(tokens);
      const prompt = tokenizer.decode(prompts[i]);
      return { question: questions[i], prompt, output, answer: answerOf(output), engine, version, device };
    });
  } finally {
    await learner.close();
  }
}

function textOf(file: string): { text: string } {
  try {
    return { text: readFileSync(file, 'utf8').trim() };
  } catch (error) {
    throw new UserError(`${file} can't be read: ${messageOf(error)}.`);
  }
}
