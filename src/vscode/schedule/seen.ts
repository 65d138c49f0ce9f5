/** Writes sheets: one example as the model sees it, and a step with its packed rows. Runs in the worker. */
import type { Document, Question } from '../../dataset/model';
import { describeProblem } from '../../dataset/problem';
import type { ModelFacts } from '../../model/facts';
import type { Tokenizer } from '../../model/tokenizer';
import { counted } from '../../run/format';
import { type DescribedToken, describeTokens } from '../../schedule/describe';
import { ExampleStore } from '../../schedule/examples';
import type { Experiment } from '../../schedule/experiment';
import { attentionOf, packBatches, placesOf } from '../../schedule/pack';
import { documentTokens } from '../../schedule/prompts';
import { rowsFor } from '../../schedule/rows';
import type { Example, PackedBatch, Schedule, Stage, Truncation } from '../../schedule/schedule';
import { promptsFor, type Prompter } from '../../trainer/ask';
import type { EpochAt } from './protocol';
import type { Records } from './records';
import { type Sheet, SheetWriter } from './sheet';

export interface SeenExample {
  record: Document | Question;
  /** Name of the variant. */
  name: string;
  /** The stages that train on it, and the one whose loss weights are shown. */
  stages: readonly Stage[];
  stage?: Stage;
  experiment: Experiment;
  tokenizer: Tokenizer;
  config: ModelFacts;
  records: Records;
  prompt: Pick<Schedule, 'prompt' | 'seed'>;
}

export function writeExample(seen: SeenExample): Sheet {
  const { record, name, stages, stage } = seen;
  const writer = new SheetWriter();
  const kind = 'text' in record ? 'Document' : 'Question';
  writer.heading(1, `${kind} ${record.id} (${record.split}) in ${name}`);
  for (const one of stages) writer.say(`Stage ${one.number}, ${one.name}: seen ${counted(one.epochs, 'time')}.`);
  if (stage) writeTrained(writer, seen, stage);
  else writeUntrained(writer, seen);
  return writer.sheet();
}

function writeTrained(
  writer: SheetWriter,
  { record, experiment, tokenizer, records }: SeenExample,
  stage: Stage,
): void {
  const store = new ExampleStore(tokenizer, experiment.training);
  const example =
    'text' in record
      ? store.addDocument(record, stage.documentWeights, records.answersTo(record.id))
      : store.addQuestion(record);
  if (!example) return writer.say(describeProblem(store.refused[0]));
  const tokens = describeTokens(example, tokenizer);
  const learnt = tokens.filter(({ weight }) => weight > 0).length;
  writer.say(`${counted(tokens.length, 'token')}; the loss counts ${learnt} of them.`);
  writer.tokens(tokens, heaviest(tokens));
  const [cut] = store.truncated;
  if (cut && 'text' in record) writeCut(writer, record, cut, tokenizer);
}

function writeCut(writer: SheetWriter, document: Document, { tokens, kept }: Truncation, tokenizer: Tokenizer): void {
  writer.say(`Cut after ${kept} of ${tokens} tokens, by training.sequence: the model does not see the rest.`);
  writer.cut(readOnly(documentTokens(document, tokenizer).subarray(kept), tokenizer));
}

/** A question that is only asked, as it is asked; a document that no stage holds. */
function writeUntrained(writer: SheetWriter, { record, ...seen }: SeenExample): void {
  if ('text' in record) return writer.say('No stage trains on it.');
  const { experiment, tokenizer, config, records, prompt: schedule } = seen;
  const prompter: Prompter = { experiment, tokenizer, dataset: records.dataset, schedule, learner: { config } };
  const [prompt] = promptsFor(prompter, [record]);
  writer.say(`No stage trains on it. It is asked so, ${schedule.prompt}, and the model goes on by itself:`);
  writer.tokens(readOnly(prompt, tokenizer), 1);
}

export interface SeenStep {
  schedule: Schedule;
  stage: Stage;
  at: EpochAt;
  /** From 1. */
  step: number;
  /** Name of the variant. */
  name: string;
  training: Experiment['training'];
  tokenizer: Tokenizer;
  hiddenSize: number;
}

export function writeStep({ schedule, stage, at, step, name, training, tokenizer, hiddenSize }: SeenStep): Sheet {
  const attention = attentionOf(hiddenSize);
  const row = rowsFor(schedule, training, attention);
  const examples = schedule.plan(stage, at.epoch)[step - 1].map((index) => schedule.examples[index]);
  const batches = packBatches(examples, { row, microBatch: training.microBatch, attention });
  const writer = new SheetWriter();
  writer.heading(1, `Step ${step} of epoch ${at.epoch}, stage ${stage.number} (${stage.name}) of ${name}`);
  writer.say(sizes(examples, batches));
  writer.say(`Weights of all tokens add up to 1; each example has 1/${examples.length} of them.`);
  const cuts = new Map(schedule.truncated.map((cut) => [cut.id, cut]));
  batches.forEach((batch, number) => {
    const where = batches.length > 1 ? `Micro-batch ${number + 1}, row` : 'Row';
    writeBatch(writer, batch, where, cuts, tokenizer);
  });
  return writer.sheet();
}

function sizes(examples: readonly Example[], batches: readonly PackedBatch[]): string {
  const rows = batches.reduce((sum, batch) => sum + batch.rows, 0);
  const { length } = batches[0];
  const filled = examples.reduce((sum, example) => sum + placesOf(example), 0);
  const padding = ((100 * (rows * length - filled)) / (rows * length)).toFixed(1);
  const together = batches.length === 1 ? 'computed at once' : `computed in ${batches.length} micro-batches`;
  const packed = `${counted(rows, 'row')} of ${length} places, ${together}`;
  return `${counted(examples.length, 'example')} in ${packed}; ${padding} % is padding.`;
}

function writeBatch(
  writer: SheetWriter,
  batch: PackedBatch,
  where: string,
  cuts: ReadonlyMap<string, Truncation>,
  tokenizer: Tokenizer,
): void {
  const most = batch.weights.reduce((a, b) => Math.max(a, b), 0);
  for (let row = 0; row < batch.rows; row++) {
    writer.heading(1, `${where} ${row + 1}`);
    const end = (row + 1) * batch.length;
    let place = row * batch.length;
    while (place < end && batch.examples[place] >= 0) {
      const example = batch.members[batch.examples[place]];
      writePacked(writer, batch, place, example, most, cuts.get(example.id), tokenizer);
      place += placesOf(example);
    }
    writer.padding(end - place);
  }
}

/** An example where it lies in a row: its last token is predicted and takes no place. */
function writePacked(
  writer: SheetWriter,
  batch: PackedBatch,
  place: number,
  example: Example,
  most: number,
  cut: Truncation | undefined,
  tokenizer: Tokenizer,
): void {
  const from = place % batch.length;
  const kind = example.kind === 'document' ? 'Document' : 'Question';
  writer.heading(2, `${kind} ${example.id} (${example.split}), places ${from} to ${from + placesOf(example) - 1}`);
  const weights = batch.weights.subarray(place, place + placesOf(example));
  writer.tokens(describeTokens({ ...example, tokens: example.tokens, weights }, tokenizer), most);
  if (cut && example.kind === 'document') writer.say(`Cut after ${cut.kept} of ${cut.tokens} tokens.`);
}

function readOnly(tokens: Int32Array, tokenizer: Tokenizer): DescribedToken[] {
  return Array.from(tokens, (id) => ({ id, text: tokenizer.show(id), weight: 0 }));
}

function heaviest(tokens: readonly DescribedToken[]): number {
  return tokens.reduce((most, { weight }) => Math.max(most, weight), 0);
}
