/** Checks of an experiment that look at more than one field. */
import type { Complaint } from './complaints';
import type { Experiment, RecipeChoice, StageEntry } from './experiment';
import { launcherComplaints } from './launcher';
import type { Path } from './locate';
import { recipes, unknownRecipe } from './recipes';
import { isTestQuestions, leakSentence, parsePart } from './stages';

export function crossComplaints(experiment: Experiment): Complaint[] {
  return [
    ...wholeComplaints(experiment),
    ...launcherComplaints(experiment),
    ...(experiment.recipes ?? []).flatMap((choice, index) => recipeComplaints(choice, ['recipes', index])),
    ...repeatedNames(experiment.recipes ?? []),
    ...(experiment.stages ?? []).flatMap((stage, index) => stageComplaints(experiment, stage, index)),
  ];
}

function wholeComplaints({ model, splits, training, seeds, engine, device }: Experiment): Complaint[] {
  const complaints: Complaint[] = [];
  const add = (path: Path, message: string) => complaints.push({ path, message });
  if (splits.train === splits.test) {
    add(['splits', 'test'], `"splits.train" and "splits.test" are both "${splits.test}": they must differ.`);
  }
  if (training.row !== 'auto' && training.row > training.microBatch) {
    add(['training', 'row'], '"training.row" must be at most "training.microBatch": a row is computed at once.');
  }
  if (training.sequence - 1 > training.microBatch) {
    add(
      ['training', 'sequence'],
      '"training.sequence" is longer than "training.microBatch": an example is computed at once.',
    );
  }
  if (training.lora && typeof model !== 'string')
    add(['training', 'lora'], '"training.lora" needs a model folder: adapters of untrained weights teach nothing.');
  if (engine === 'torch' && device === 'webgpu')
    add(['device'], '"device" is "webgpu", which the engine torch has not: let it be "auto", "cuda" or "cpu".');
  if (engine === 'torch' && training.outOfMemory === 'halve')
    add(
      ['training', 'outOfMemory'],
      '"training.outOfMemory" "halve" needs the engine onnx: the processes of torch end when memory runs out.',
    );
  if (new Set(seeds).size < seeds.length) add(['seeds'], '"seeds" names a seed twice.');
  return complaints;
}

function recipeComplaints(choice: RecipeChoice, path: Path): Complaint[] {
  const settled = typeof choice === 'string' ? { recipe: choice } : choice;
  const recipe = recipes.find(({ key }) => key === settled.recipe);
  const namePath = typeof choice === 'string' ? path : [...path, 'recipe'];
  if (!recipe) return [{ path: namePath, message: unknownRecipe(settled.recipe) }];
  const phases = recipe.phases.length;
  return (['epochs', 'rates'] as const)
    .filter((list) => settled[list] !== undefined && settled[list].length !== phases)
    .map((list) => ({
      path: [...path, list],
      message: `"${list}" has ${countOf(settled[list]!.length, 'entry', 'entries')}, but ${recipe.key} has ${countOf(phases, 'phase', 'phases')}.`,
    }));
}

function countOf(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** Two variants of one name could not be told apart in tables and folders. */
function repeatedNames(choices: readonly RecipeChoice[]): Complaint[] {
  const names = choices.map((choice) => (typeof choice === 'string' ? choice : (choice.as ?? choice.recipe)));
  return names
    .map((name, index) => ({ name, index }))
    .filter(({ name, index }) => names.indexOf(name) < index)
    .map(({ name, index }) => ({
      path: ['recipes', index],
      message: `"${name}" is named twice: give one of them another name with "as".`,
    }));
}

function stageComplaints(experiment: Experiment, stage: StageEntry, index: number): Complaint[] {
  const path: Path = ['stages', index];
  return [
    ...partComplaints(experiment, stage, index),
    ...arrangementComplaints(stage, path),
    ...weightComplaints(stage, path),
  ];
}

function partComplaints(experiment: Experiment, { parts }: StageEntry, index: number): Complaint[] {
  return parts.flatMap((part, place) => {
    const path: Path = ['stages', index, 'parts', place];
    if (isTestQuestions(parsePart(part), experiment)) return [{ path, message: leakSentence(index + 1, experiment) }];
    return parts.indexOf(part) < place ? [{ path, message: `"${part}" is named twice.` }] : [];
  });
}

function arrangementComplaints({ arrangement, order, parts, keptQuestions }: StageEntry, path: Path): Complaint[] {
  const complaints: Complaint[] = [];
  const add = (field: string, message: string) => complaints.push({ path: [...path, field], message });
  const kinds = new Set(parts.map((part) => parsePart(part).kind));
  const byDocument = arrangement === 'grouped' || arrangement === 'interleaved';
  if (arrangement === 'manual' && !order?.length)
    add('arrangement', 'The arrangement manual needs "order", a list of ids.');
  if (arrangement !== 'manual' && order) add('order', '"order" counts only with the arrangement manual.');
  if (byDocument && kinds.size < 2)
    add('arrangement', `The arrangement ${arrangement} needs both documents and questions.`);
  if (keptQuestions && (arrangement !== 'shuffled' || kinds.has('question'))) {
    add('keptQuestions', '"keptQuestions" counts only in a shuffled stage of documents alone.');
  }
  return complaints;
}

function weightComplaints({ documentWeights, parts }: StageEntry, path: Path): Complaint[] {
  if (!documentWeights) return [];
  const at = [...path, 'documentWeights'];
  if (documentWeights.answer === 0 && documentWeights.other === 0) {
    return [{ path: at, message: '"documentWeights" are both 0: there is nothing to train on.' }];
  }
  if (parts.some((part) => parsePart(part).kind === 'document')) return [];
  return [{ path: at, message: '"documentWeights" counts only in a stage with documents.' }];
}
