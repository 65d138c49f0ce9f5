/** How much there is to train, for estimates of time: characters that each stage reads, all epochs together. */
import type { Dataset } from '../dataset/model';
import type { Experiment, RecipeChoice } from './experiment';
import type { Part } from './schedule';
import { resolveStages } from './stages';

/** A share of the work that loading and the first graph take, in characters; keeps short runs from looking free. */
const beginning = 20_000;

/** One number a stage. */
export function workOf(experiment: Experiment, choice: RecipeChoice | undefined, dataset: Dataset): number[] {
  const sizes = new Map<string, number>();
  const add = (key: string, characters: number) => sizes.set(key, (sizes.get(key) ?? 0) + characters);
  for (const { split, text } of dataset.documents) add(`document ${split}`, text.length);
  for (const { split, question, answers } of dataset.questions)
    add(`question ${split}`, `Question: ${question} Answer: ${answers[0]}`.length);
  const sizeOf = ({ kind, split }: Part) => sizes.get(`${kind} ${split}`) ?? 0;
  return resolveStages(experiment, choice).map(
    ({ parts, epochs }) => beginning + epochs * parts.reduce((sum, part) => sum + sizeOf(part), 0),
  );
}
