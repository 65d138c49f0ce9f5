/** Small invented runs with round numbers, for tests that read runs. */
import type { Estimate, Prediction, RunEvent } from '../../../src/run/events';
import type { RunFolder, RunIdentity } from '../../../src/run/folder';
import { markOf } from '../../../src/run/process';
import { temporaryRun } from './folders';
import { stepEvent } from './step';

const time = '2024-05-26T10:00:00.000Z';

export interface SampleStage {
  name: string;
  losses: number[];
  kind: 'documentLoss' | 'questionLoss';
  perplexity: number;
  /** Right answers of ten test questions, and the share of right train questions. */
  right: number;
  train: number;
}

const about = (value: number): Estimate => ({ value, low: value - 0.1, high: value + 0.1 });
const answers = (count: number, value: number) => ({
  count,
  exactMatch: about(value),
  recall: about(value),
  rougeL: about(value + 0.05),
});

/** A run over its stages, with predictions for ten questions at each stage end. */
export function sampleRun(identity: Partial<RunIdentity>, stages: readonly SampleStage[]): RunFolder {
  const folder = temporaryRun(identity);
  folder.appendEvent({ type: 'started', time, resumed: false, ...markOf() });
  folder.appendEvent({
    type: 'device',
    time,
    engine: 'onnx',
    version: '1.30.0',
    device: 'CPU, 2 threads',
    reason: 'no GPU asked for',
    parameters: 1000000,
    memory: 16e9,
  });
  stages.forEach((stage, i) => stageEvents(folder, i + 1, stage).forEach((event) => folder.appendEvent(event)));
  return folder;
}

export function finish(folder: RunFolder, seconds = 100): RunFolder {
  folder.appendEvent({ type: 'finished', time, seconds });
  return folder;
}

function stageEvents(folder: RunFolder, stage: number, sample: SampleStage): RunEvent[] {
  const { name, losses, kind, perplexity, right, train } = sample;
  const at = { stage, epoch: losses.length, step: losses.length, time, seconds: 2 };
  return [
    { type: 'stage-started', time, stage, name, epochs: losses.length, steps: losses.length },
    ...losses.map((loss, i) => stepEvent(i + 1, { time, stage, epoch: i + 1, loss, [kind]: loss })),
    { type: 'evaluated', ...at, extent: 'subset', split: 'test', answers: answers(5, 0.99) },
    {
      ...at,
      type: 'evaluated',
      extent: 'full',
      split: 'test',
      answers: answers(10, right / 10),
      teacherForcedAccuracy: 0.75,
      documents: { documents: 3, tokens: 120, perplexity },
      blindPrior: 0.1,
      predictions: folder.writePredictions(`test-${stage}`, predictions(right)),
    },
    { ...at, type: 'evaluated', extent: 'full', split: 'train', answers: answers(20, train) },
  ];
}

function predictions(right: number): Prediction[] {
  return Array.from({ length: 10 }, (_, i) => ({
    id: `d${i}?1`,
    documentId: `d${i}`,
    split: 'test',
    question: `Who is ${i}?`,
    prompt: `Question: Who is ${i}? Answer:`,
    answers: ['Ann'],
    output: i < right ? ' Ann' : ' Bob',
    prediction: i < right ? 'Ann' : 'Bob',
    exactMatch: i < right,
    recall: i < right,
    rougeL: i < right ? 1 : 0,
  }));
}
