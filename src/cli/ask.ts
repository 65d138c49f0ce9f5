/** `pit ask`: puts questions to a model and prints its greedy answers. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Command } from 'commander';
import { messageOf, UserError } from '../errors';
import { answerOf, promptTokens } from '../schedule/prompts';
import { namedModel } from './model';
import { wholeNumber } from './numbers';
import { printJson } from './output';

interface AskOptions {
  document?: string;
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
    .option('-t, --threads <n>', 'processor threads; 0 for one a core', wholeNumber(0), 0)
    .option('--json', 'questions, prompts and whole outputs as JSON')
    .action(ask);
}

async function ask(model: string, questions: string[], options: AskOptions): Promise<void> {
  const { folder } = namedModel(model);
  const document = options.document === undefined ? undefined : textOf(resolve(options.document));
  const { openAnswerer } = await import('../trainer/answerer');
  const { learner, tokenizer } = await openAnswerer(folder, options.threads);
  const { maxPositions, stopTokens } = learner.config;
  const limit = maxPositions - options.maxTokens;
  const prompts = questions.map((question) => promptTokens(question, tokenizer, { document, limit }));
  const { maxTokens } = options;
  const outputs = await learner.generate(prompts, { maxTokens, batch: 32, stopTokens });
  await learner.close();
  const texts = outputs.map((output) => tokenizer.decode(output));
  if (!options.json) return texts.forEach((text) => console.log(answerOf(text)));
  printJson(
    texts.map((output, i) => ({
      question: questions[i],
      prompt: tokenizer.decode(prompts[i]),
      output,
      answer: answerOf(output),
    })),
  );
}

function textOf(file: string): { text: string } {
  try {
    return { text: readFileSync(file, 'utf8').trim() };
  } catch (error) {
    throw new UserError(`${file} can't be read: ${messageOf(error)}.`);
  }
}
