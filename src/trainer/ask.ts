/**
 * Questions put to a model as an experiment puts them: the prompt style of its recipe, greedy answers of at most its
 * length, judged. An evaluation and a person who asks for one answer both come through here, so both see the same.
 */
import type { Dataset, Question } from '../dataset/model';
import type { Learner } from '../engine/learner';
import { judge } from '../metrics/answers';
import type { Tokenizer } from '../model/tokenizer';
import type { Prediction } from '../run/events';
import type { Experiment } from '../schedule/experiment';
import { answerOf, promptTokens } from '../schedule/prompts';
import { randomFor, sample } from '../schedule/random';
import type { Schedule } from '../schedule/schedule';

/** What asking needs of a workbench. The dataset is looked at only where prompts hold more than the question. */
export interface Asker {
  experiment: Experiment;
  dataset: Dataset;
  tokenizer: Tokenizer;
  learner: Pick<Learner, 'config' | 'generate'>;
  schedule: Pick<Schedule, 'prompt' | 'seed'>;
}

export type Asked = Pick<Question, 'id' | 'documentId' | 'split' | 'question' | 'answers'>;

/**
 * Greedy answers to questions, judged, in the order of the questions.
 * @param answered is told after each batch how many have their answer; what it throws ends the work
 */
export async function ask(
  asker: Asker,
  questions: readonly Asked[],
  answered?: (count: number) => void,
): Promise<Prediction[]> {
  const { learner, tokenizer, experiment } = asker;
  const { maxTokens, batch } = experiment.evaluation;
  const { stopTokens } = learner.config;
  const prompts = promptsFor(asker, questions);
  const outputs = await learner.generate(prompts, { maxTokens, batch, stopTokens, answered });
  return questions.map(({ id, documentId, split, question, answers }, i) => {
    const output = tokenizer.decode(outputs[i]);
    const prediction = answerOf(output);
    const prompt = tokenizer.decode(prompts[i]);
    return { id, documentId, split, question, prompt, answers, output, prediction, ...judge(prediction, answers) };
  });
}

/** What an asker needs to know of a model to word its prompts. */
export type Prompter = Omit<Asker, 'learner'> & { learner: Pick<Learner, 'config'> };

/** The questions as the model reads them. */
export function promptsFor(asker: Prompter, questions: readonly Asked[]): Int32Array[] {
  const { dataset, schedule, tokenizer, experiment, learner } = asker;
  const { maxTokens, shots: count } = experiment.evaluation;
  const limit = learner.config.maxPositions - maxTokens;
  const inContext = schedule.prompt !== 'zero-shot';
  const train = dataset.questions.filter(({ split }) => split === experiment.splits.train);
  const shots = inContext ? sample(train, count, randomFor('shots', schedule.seed)) : [];
  const byId = new Map(dataset.documents.map((document) => [document.id, document]));
  return questions.map(({ question, documentId }) => {
    const document = schedule.prompt === 'open-book' ? byId.get(documentId) : undefined;
    return promptTokens(question, tokenizer, { shots, document, limit });
  });
}
