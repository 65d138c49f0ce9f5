/** How long it takes, and how much memory, to compile a schedule for many questions. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Dataset, Document, Question } from '../src/dataset/model';
import type { Tokenizer } from '../src/model/tokenizer';
import { compileSchedule } from '../src/schedule/compile';
import { experimentSchema } from '../src/schedule/experiment';

export interface CompileMeasurement {
  /** Compilation and the order of one epoch, without the tokenizer. */
  seconds: number;
  /** The part of it that is ordering and cutting into steps. */
  orderSeconds: number;
  /** Spent in a trivial tokenizer; a real one takes longer. */
  tokenizerSeconds: number;
  /** Memory that the schedule holds, beside the dataset. */
  megabytes: number;
}

const PAIRS_PER_DOCUMENT = 5;
const MEGABYTE = 1e6;

/** Compiles PIT's first phase for so many question pairs, five a document. */
export async function measureCompile(pairs: number): Promise<CompileMeasurement> {
  const dataset = manyQuestions(pairs);
  const tokenizer = new TimedTokenizer();
  const stages = [{ parts: ['questions:train', 'documents:train'] }];
  const experiment = experimentSchema.parse({ model: { preset: 'nano' }, data: 'data', stages });
  const before = memory();
  const start = performance.now();
  const schedule = compileSchedule({ experiment, dataset, tokenizer, seed: 1 });
  const compiled = performance.now();
  const steps = schedule.plan(schedule.stages[0], 1);
  const ordered = performance.now();
  const megabytes = (memory() - before) / MEGABYTE;
  if (steps.flat().length !== schedule.examples.length) throw new Error('An example was lost.');
  return {
    seconds: (ordered - start - tokenizer.milliseconds) / 1000,
    orderSeconds: (ordered - compiled) / 1000,
    tokenizerSeconds: tokenizer.milliseconds / 1000,
    megabytes,
  };
}

/** Splits at spaces; ids are the words' lengths, for nothing reads them. */
class TimedTokenizer implements Tokenizer {
  readonly vocabSize = 256;
  readonly bos = 1;
  readonly eos = 2;
  readonly pad = 0;
  milliseconds = 0;

  encode(text: string): Int32Array {
    const start = performance.now();
    const ids = Int32Array.from(text.trim().split(' '), (word) => 3 + word.length);
    this.milliseconds += performance.now() - start;
    return ids;
  }

  decode(): string {
    throw new Error('Compilation needs no decoding.');
  }

  show(id: number): string {
    return String(id);
  }
}

function manyQuestions(pairs: number): Dataset {
  const documents: Document[] = Array.from({ length: Math.ceil(pairs / PAIRS_PER_DOCUMENT) }, (_, number) => ({
    id: `person${number}`,
    title: `Person ${number}`,
    text: `Person number ${number} was born in a small town by the sea and moved to the city to study law and music there.`,
    split: 'train',
    source: { file: 'doc.jsonl', line: number + 1 },
  }));
  const questions: Question[] = Array.from({ length: pairs }, (_, number) => {
    const { id } = documents[Math.floor(number / PAIRS_PER_DOCUMENT)];
    const question = `Where was ${id} born and what did they study ${number % PAIRS_PER_DOCUMENT} ?`;
    const source = { file: 'qa.jsonl', line: number + 1 };
    return { id: `${id}?${number}`, documentId: id, question, answers: ['by the sea, law'], split: 'train', source };
  });
  return { documents, questions };
}

function memory(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
