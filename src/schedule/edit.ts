/**
 * Changes of an experiment as a person makes them in a view: each becomes edits of the file's text that keep comments
 * and layout. What only written-out stages can say turns a recipe into stages first. Pure.
 */
import { type TextEdit, applyEdits, replaced } from '../dataset/edit/text';
import { UserError } from '../errors';
import {
  addRecipe,
  entriesOf,
  onlyRecipe,
  recipeLike,
  removeRecipe,
  replaceRecipe,
  setPhase,
  writeStages,
} from './edit-recipes';
import { setDevice, setModel, type WantedModel } from './edit-settings';
import {
  addStage,
  arrangeStage,
  duplicateStage,
  moveStage,
  orderStage,
  removeStage,
  setStageFields,
  type StageFields,
} from './edit-stages';
import type { Experiment, StageEntry } from './experiment';
import { parseExperiment } from './read-experiment';
import type { Arrangement, Stage } from './schedule';
import { resolveStages, variantsOf } from './stages';

/** A stage: the ordinal of its variant, from 0, and its number, from 1. */
export interface StageAt {
  variant: number;
  stage: number;
}

export type StageChange =
  | { kind: 'epochs'; epochs: number }
  | { kind: 'rate'; rate: number }
  | { kind: 'batch'; batch: NonNullable<StageEntry['batch']> }
  | { kind: 'arrange'; arrangement: Exclude<Arrangement, 'manual'> }
  | { kind: 'first'; first: Stage['first'] }
  | { kind: 'order'; order: string[]; parts?: string[]; epochs?: number }
  | { kind: 'move'; to: number }
  | { kind: 'add'; entry: StageFields }
  | { kind: 'duplicate' }
  | { kind: 'remove' };

export type RecipeChange =
  | { kind: 'apply recipe'; recipe: string; variant?: number }
  | { kind: 'add recipe'; recipe: string }
  | { kind: 'remove recipe'; variant: number };

export type SettingChange = { kind: 'model'; model: WantedModel } | { kind: 'device'; device: Experiment['device'] };

/** To add a stage, it names the one that the new one comes after; 0 for the beginning. */
export type Change = (StageChange & StageAt) | RecipeChange | SettingChange;

export interface Edited {
  edits: TextEdit[];
  /** What else has become of the file, for the person who asked. */
  note?: string;
  /** Names of the other variants that the file no longer compares. */
  dropped?: string[];
}

/** @throws UserError where the text is no experiment, and for what can't be so */
export function editExperiment(text: string, change: Change): Edited {
  const experiment = understood(text);
  switch (change.kind) {
    case 'apply recipe':
      return applyRecipe(text, experiment, change);
    case 'add recipe':
      return { edits: addRecipe(text, experiment, change.recipe) };
    case 'remove recipe':
      return { edits: removeRecipe(text, change.variant) };
    case 'model':
      return { edits: setModel(text, experiment, change.model) };
    case 'device':
      return { edits: setDevice(text, change.device) };
    default:
      return experiment.stages ? { edits: editStage(text, experiment, change) } : editPhase(text, experiment, change);
  }
}

function understood(text: string): Experiment {
  const { experiment, problems } = parseExperiment(text, '');
  if (experiment) return experiment;
  throw new UserError(`Put this right first: ${problems[0].message} (line ${problems[0].line})`);
}

function applyRecipe(
  text: string,
  experiment: Experiment,
  { recipe, variant }: Extract<RecipeChange, { kind: 'apply recipe' }>,
): Edited {
  const place = experiment.recipes?.length === 1 ? 0 : variant;
  if (experiment.recipes && place !== undefined) return { edits: replaceRecipe(text, experiment, place, recipe) };
  const names = experiment.recipes ? variantsOf(experiment).map(({ name }) => name) : [];
  return { edits: onlyRecipe(text, recipe), ...(names.length > 1 && { dropped: names }) };
}

function editStage(text: string, experiment: Experiment, change: StageChange & StageAt): TextEdit[] {
  const { stage: number } = change;
  switch (change.kind) {
    case 'epochs':
      return setStageFields(text, number, { epochs: change.epochs });
    case 'rate':
      return setStageFields(text, number, { rate: change.rate });
    case 'batch':
      return setStageFields(text, number, { batch: change.batch });
    case 'arrange':
      return arrangeStage(text, resolveStages(experiment)[number - 1], change.arrangement);
    case 'first':
      return setStageFields(text, number, { first: change.first });
    case 'order':
      return orderStage(text, experiment, resolveStages(experiment)[number - 1], change);
    case 'move':
      return moveStage(text, number, change.to);
    case 'add':
      return addStage(text, number, change.entry);
    case 'duplicate':
      return duplicateStage(text, number);
    case 'remove':
      return removeStage(text, number);
  }
}

/** A change of a recipe's phase: by the recipe's own knobs, by another row of the table, or else by stages. */
function editPhase(text: string, experiment: Experiment, change: StageChange & StageAt): Edited {
  const { variant, stage } = change;
  if (change.kind === 'epochs' || change.kind === 'rate')
    return { edits: setPhase(text, experiment, variant, stage, change) };
  const like = rowFor(experiment, change);
  if (like) {
    const edits = replaceRecipe(text, experiment, variant, like.key);
    return { edits, note: `This is the recipe ${like.key} (${like.symbol}): ${like.title}.` };
  }
  const entries = entriesOf(experiment, variant);
  const edited = entries.length > 0 ? editWritten(text, entries, change) : writeFirst(text, change);
  const { name } = variantsOf(experiment)[variant];
  return {
    edits: replaced(text, 0, text.length, edited),
    note: `No recipe says this, so the stages of ${name} now stand written out in the file.`,
    ...(experiment.recipes!.length > 1 && { dropped: otherNames(experiment, variant) }),
  };
}

/** The text with the stages of a recipe written out, and one of them changed. */
function editWritten(text: string, entries: StageFields[], change: StageChange & StageAt): string {
  const written = applyEdits(text, writeStages(text, entries));
  return applyEdits(written, editStage(written, understood(written), change));
}

/** The text with the only stage of what trained nothing before. */
function writeFirst(text: string, change: StageChange): string {
  if (change.kind !== 'add') throw new Error('A recipe without stages has none to change');
  return applyEdits(text, writeStages(text, [change.entry]));
}

function rowFor(experiment: Experiment, change: StageChange & StageAt) {
  if (change.kind !== 'arrange' && change.kind !== 'first') return undefined;
  const { variant, stage: number } = change;
  const choice = experiment.recipes![variant];
  const { arrangement, first } = resolveStages(experiment, choice)[number - 1];
  const wanted =
    change.kind === 'arrange' ? { arrangement: change.arrangement, first } : { arrangement, first: change.first };
  return recipeLike(typeof choice === 'string' ? choice : choice.recipe, number, wanted);
}

function otherNames(experiment: Experiment, variant: number): string[] {
  return variantsOf(experiment)
    .map(({ name }) => name)
    .toSpliced(variant, 1);
}
