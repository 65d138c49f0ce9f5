/** Edits of the stages that an experiment writes out. Pure: from a text to the edits that change it. */
import { type TextEdit, applyEdits, replaced } from '../dataset/edit/text';
import { UserError } from '../errors';
import { rewriteChildren, type Wanted } from './edit-children';
import { childSetting, nodeAt, setFields, setWords, writeValue } from './edit-values';
import type { Experiment, StageEntry } from './experiment';
import type { Arrangement, Stage } from './schedule';
import { resolveStages, writePart } from './stages';

/** A stage as people write it: what has a default may be left out. */
export type StageFields = Partial<StageEntry> & Pick<StageEntry, 'parts'>;

/** Fields in the order in which they are written. */
const fieldOrder = [
  'name',
  'parts',
  'epochs',
  'rate',
  'batch',
  'arrangement',
  'first',
  'documentWeights',
  'keptQuestions',
  'order',
];

/** @param number of the stage, from 1 */
export function setStageFields(text: string, number: number, fields: Partial<StageEntry>): TextEdit[] {
  return setFields(text, ['stages', number - 1], fields, fieldOrder);
}

/** An arrangement that follows from the data; a hand-made order goes. */
export function arrangeStage(text: string, stage: Stage, arrangement: Exclude<Arrangement, 'manual'>): TextEdit[] {
  const kinds = new Set(stage.parts.map(({ kind }) => kind));
  if (arrangement !== 'shuffled' && kinds.size < 2)
    throw new UserError(
      `Stage ${stage.number} can't be ${arrangement}: that puts questions next to their document, and it has ${writtenParts(stage)} alone.`,
    );
  return setStageFields(text, stage.number, { arrangement, order: undefined });
}

/**
 * A hand-made order. What it names must be in the stage's parts, so parts are added where it names others; the kept
 * questions become a part; epochs, rate and batch stay what they were.
 * @param epochs where they change: an order may already hold every repeat
 */
export function orderStage(
  text: string,
  experiment: Experiment,
  stage: Stage,
  { order, parts = [], epochs }: { order: readonly string[]; parts?: readonly string[]; epochs?: number },
): TextEdit[] {
  const kept = stage.keptQuestions > 0 ? [`questions:${experiment.splits.train}`] : [];
  const present = stage.parts.map(writePart);
  const wider = [...new Set([...present, ...kept, ...parts])];
  const entry = experiment.stages![stage.number - 1];
  const fields: Partial<StageEntry> = {
    ...(wider.length > present.length && { parts: wider }),
    ...(epochs !== undefined && epochs !== stage.epochs && { epochs }),
    ...(entry.arrangement !== 'manual' && { arrangement: 'manual' as const }),
    ...(entry.keptQuestions !== undefined && { keptQuestions: undefined }),
  };
  const same = { ...stage, epochs: epochs ?? stage.epochs };
  const needed = entry.order ? fields : { ...fields, order: [...order] };
  const edited = applyEdits(
    text,
    setStageFields(text, stage.number, { ...needed, ...unusual(experiment, same, { ...entry, ...fields }) }),
  );
  if (!entry.order) return replaced(text, 0, text.length, edited);
  const ordered = setWords(edited, ['stages', stage.number - 1, 'order'], order);
  return edited === text ? ordered : replaced(text, 0, text.length, applyEdits(edited, ordered));
}

/** @param to the number that the stage then has */
export function moveStage(text: string, number: number, to: number): TextEdit[] {
  return rewriteStages(text, (stages) => {
    const [moved] = stages.splice(number - 1, 1);
    return stages.toSpliced(to - 1, 0, moved);
  });
}

/** @param after the number of the stage that it comes after; 0 for the beginning */
export function addStage(text: string, after: number, stage: StageFields): TextEdit[] {
  const setting = childSetting(text, nodeAt(text, ['stages']));
  return rewriteStages(text, (stages) => stages.toSpliced(after, 0, { text: writeValue(stage, setting) }));
}

export function duplicateStage(text: string, number: number): TextEdit[] {
  const { offset, length } = nodeAt(text, ['stages', number - 1]);
  const copy = text.slice(offset, offset + length);
  return rewriteStages(text, (stages) => stages.toSpliced(number, 0, { text: copy }));
}

export function removeStage(text: string, number: number): TextEdit[] {
  return rewriteStages(text, (stages) => {
    if (stages.length === 1) throw new UserError('This is the only stage, and an experiment needs one.');
    return stages.toSpliced(number - 1, 1);
  });
}

/** The entry that says what a stage does, leaving out what would be so anyway. */
export function entryOf(stage: Stage, experiment: Experiment): StageFields {
  const { parts, epochs, arrangement, first, documentWeights: weights, keptQuestions, order } = stage;
  const entry = { parts: parts.map(writePart) };
  const { rate, batch } = unusual(experiment, stage, entry);
  return {
    ...entry,
    epochs,
    ...(rate !== undefined && { rate }),
    ...(batch !== undefined && { batch }),
    ...(arrangement !== 'shuffled' && { arrangement }),
    ...((arrangement === 'grouped' || arrangement === 'interleaved') && { first }),
    ...((weights.answer !== 1 || weights.other !== 1) && { documentWeights: weights }),
    ...(keptQuestions > 0 && { keptQuestions }),
    ...(order && { order }),
  };
}

/** What an entry must say so that its stage keeps epochs, rate and batch. */
function unusual(experiment: Experiment, stage: Stage, entry: StageFields) {
  const alone = [{ arrangement: 'shuffled' as const, first: 'questions' as const, ...entry }];
  const [usual] = resolveStages({ ...experiment, recipes: undefined, stages: alone });
  const batch = 'examples' in stage.batch ? stage.batch.examples : stage.batch;
  return {
    ...(usual.epochs !== stage.epochs && { epochs: stage.epochs }),
    ...(usual.rate !== stage.rate && { rate: stage.rate }),
    ...(JSON.stringify(usual.batch) !== JSON.stringify(stage.batch) && { batch }),
  };
}

function rewriteStages(text: string, change: (stages: Wanted[]) => Wanted[]): TextEdit[] {
  const parent = nodeAt(text, ['stages']);
  return rewriteChildren(text, parent, change((parent.children ?? []).map((_, child) => child)));
}

function writtenParts({ parts }: Stage): string {
  return parts.map(writePart).join(' and ');
}
