/** Run folders for the page: a small comparison of recipes, and a run of any length. */
import { appendFileSync } from 'node:fs';
import type { Prediction } from '../../src/run/events';
import { runFiles, type RunFolder } from '../../src/run/folder';
import { finish, sampleRun, type SampleStage } from '../unit/run/samples';
import { stepEvent } from '../unit/run/step';

const fall = (steps: number, from: number) => Array.from({ length: steps }, (_, i) => from / (1 + i / 4));

const pairs = (right: number): SampleStage => ({
  ...{ name: 'train QA + train doc', losses: fall(40, 5), kind: 'questionLoss', perplexity: 22, train: 0.8 },
  right,
});
const documents = (right: number): SampleStage => ({
  ...{ name: 'test doc', losses: fall(20, 3), kind: 'documentLoss', perplexity: 2.5, train: 0.4 },
  right,
});

const pit = { recipe: 'pit', title: '⑦ Pre-instruction-tuning' };

/** ① once, ⑦ with two seeds; the last of them still trains. */
export function comparison(): RunFolder[] {
  return [
    finish(sampleRun({ recipe: 'cpt', title: '① Continued pre-training' }, [documents(3)])),
    finish(sampleRun({ ...pit, seed: 1 }, [pairs(4), documents(7)])),
    sampleRun({ ...pit, seed: 2 }, [pairs(2), documents(6)]),
  ];
}

const time = '2024-05-26T10:00:00.000Z';

/** A run with so many steps in one stage, and one peak. */
export function longRun(steps: number, peak: { step: number; loss: number }): RunFolder {
  const folder = sampleRun({ recipe: 'mix', title: '④ Mix all data' }, []);
  folder.appendEvent({ type: 'stage-started', time, stage: 1, name: 'all', epochs: 1, steps });
  const lines = Array.from({ length: steps }, (_, i) => {
    const loss = i + 1 === peak.step ? peak.loss : 1 + 4 / (1 + i / 1000);
    return `${JSON.stringify(stepEvent(i + 1, { loss, documentLoss: loss }))}\n`;
  });
  appendFileSync(folder.file(runFiles.events), lines.join(''));
  return folder;
}

/** Asks a run so many questions, of which every third is answered right, after a stage in which every second was. */
export function askMany(folder: RunFolder, count: number): void {
  const ask = (stage: number, isRight: (i: number) => boolean) => {
    const all = Array.from({ length: count }, (_, i) => prediction(i, isRight(i)));
    const at = { time, stage, epoch: 1, step: 20, seconds: 1 };
    const predictions = folder.writePredictions(`many-${stage}`, all);
    folder.appendEvent({ type: 'evaluated', ...at, extent: 'full', split: 'test', predictions });
  };
  ask(1, (i) => i % 2 === 0);
  ask(2, (i) => i % 3 === 0);
}

function prediction(i: number, exactMatch: boolean): Prediction {
  const question = `Where does person ${i} live?`;
  const output = exactMatch ? ' Oslo' : ' Rome';
  return {
    ...{ id: `p${i}?1`, documentId: `p${i}`, split: 'test', question, prompt: question, answers: ['Oslo'], output },
    ...{ prediction: output.trim(), exactMatch, recall: exactMatch, rougeL: Number(exactMatch) },
  };
}
