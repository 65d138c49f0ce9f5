/** Small datasets and experiments for tests of schedules. */
import type { Dataset, Document, Question } from '../../../src/dataset/model';
import { compileSchedule, type CompileInput } from '../../../src/schedule/compile';
import { experimentSchema, type Experiment } from '../../../src/schedule/experiment';
import type { Schedule } from '../../../src/schedule/schedule';
import type { z } from 'zod';
import { WordTokenizer } from './words';

export function document(id: string, split: string, text: string): Document {
  return {
    id,
    title: id,
    text,
    split,
    source: { file: `${split}/doc.jsonl`, line: Number(id.replace(/\D/g, '')) + 1 },
  };
}

export function question(
  documentId: string,
  ordinal: number,
  split: string,
  asked: string,
  ...answers: string[]
): Question {
  const source = { file: `${split}/qa.jsonl`, line: ordinal };
  return { id: `${documentId}?${ordinal}`, documentId, question: asked, answers, split, source };
}

/** `train` and `test` documents named t0… and n0…, each with so many questions. */
export function world({ train = 4, test = 3, questions = 2 } = {}): Dataset {
  const ids = (prefix: string, count: number) => Array.from({ length: count }, (_, number) => `${prefix}${number}`);
  const people = [...ids('t', train).map((id) => [id, 'train']), ...ids('n', test).map((id) => [id, 'test'])];
  return {
    documents: people.map(([id, split]) => document(id, split, `Person ${id} was born in town ${id} and plays chess.`)),
    questions: people.flatMap(([id, split]) =>
      Array.from({ length: questions }, (_, index) =>
        question(id, index + 1, split, `Which town ${index} has ${id}?`, `town ${id}`),
      ),
    ),
  };
}

export function experiment(fields: Partial<z.input<typeof experimentSchema>> = {}): Experiment {
  const needed = fields.stages ? {} : { recipes: ['pit'] };
  return experimentSchema.parse({ model: { preset: 'nano' }, data: 'data', ...needed, ...fields });
}

/** PIT of the small world, or the stages that an experiment writes out. */
export function compile(fields: Partial<CompileInput> = {}): Schedule {
  return compileSchedule({
    experiment: experiment(),
    recipe: fields.experiment?.stages ? undefined : 'pit',
    dataset: world(),
    tokenizer: new WordTokenizer(),
    seed: 1,
    ...fields,
  });
}
