/** Edits of the recipes that an experiment compares, and what turns one into stages written out. Pure. */
import type { TextEdit } from '../dataset/edit/text';
import { UserError } from '../errors';
import { rewriteChildren, type Wanted } from './edit-children';
import { entryOf, type StageFields } from './edit-stages';
import { childSetting, nodeAt, setFields, writeValue } from './edit-values';
import type { Experiment, RecipeChoice } from './experiment';
import { findRecipe, type Phase, type Recipe, recipes } from './recipes';
import type { Stage } from './schedule';
import { resolveStages, variantsOf } from './stages';

const fieldOrder = ['recipe', 'as', 'epochs', 'rates'];

type Settled = Exclude<RecipeChoice, string>;

function settled(choice: RecipeChoice): Settled {
  return typeof choice === 'string' ? { recipe: choice } : choice;
}

/** Other epochs or another rate for one phase of a recipe. @param variant ordinal among the recipes, from 0 */
export function setPhase(
  text: string,
  experiment: Experiment,
  variant: number,
  number: number,
  value: { epochs: number } | { rate: number },
): TextEdit[] {
  const choice = experiment.recipes![variant];
  const stages = resolveStages(experiment, choice);
  const list = 'epochs' in value ? 'epochs' : 'rates';
  const values = stages.map((stage) => {
    if (stage.number === number) return 'epochs' in value ? value.epochs : value.rate;
    return list === 'epochs' ? stage.epochs : stage.rate;
  });
  if (typeof choice !== 'string') return setFields(text, ['recipes', variant], { [list]: values }, fieldOrder);
  return rewriteRecipes(text, (known, write) =>
    known.with(variant, { child: variant, text: write({ recipe: choice, [list]: values }) }),
  );
}

/** The recipe that differs in how one phase is arranged, where the table has it. */
export function recipeLike(
  key: string,
  number: number,
  arrangement: Pick<Stage, 'arrangement' | 'first'>,
): Recipe | undefined {
  const recipe = findRecipe(key);
  const phases = recipe.phases.map((phase, index) => (index === number - 1 ? { ...phase, ...arrangement } : phase));
  const wanted = JSON.stringify(phases.map(plain));
  return recipes.find((row) => row.prompt === recipe.prompt && JSON.stringify(row.phases.map(plain)) === wanted);
}

/** Every field of a phase, in one order; what starts counts only where documents and their questions stay together. */
function plain({ parts, epochs, kept, arrangement = 'shuffled', first, documentWeights }: Phase) {
  return [parts, epochs, kept, arrangement, arrangement === 'shuffled' ? null : first, documentWeights];
}

/** Another recipe in the place of one; its epochs and rates stay where it has as many phases. */
export function replaceRecipe(text: string, experiment: Experiment, variant: number, key: string): TextEdit[] {
  const { epochs, rates, recipe } = settled(experiment.recipes![variant]);
  const same = findRecipe(recipe).phases.length === findRecipe(key).phases.length;
  const others = variantsOf(experiment)
    .map(({ name }) => name)
    .toSpliced(variant, 1);
  const choice = named(key, others, same ? { epochs, rates } : {});
  return rewriteRecipes(text, (known, write) => known.with(variant, { child: variant, text: write(choice) }));
}

/** One more recipe to compare; in the place of stages written out it is the only one. */
export function addRecipe(text: string, experiment: Experiment, key: string): TextEdit[] {
  const names = variantsOf(experiment).map(({ name }) => name);
  return rewriteRecipes(text, (known, write) => [...known, { text: write(named(key, names, {})) }]);
}

export function removeRecipe(text: string, variant: number): TextEdit[] {
  return rewriteRecipes(text, (known) => {
    if (known.length === 1) throw new UserError('This is the only recipe, and an experiment needs one.');
    return known.toSpliced(variant, 1);
  });
}

/** One recipe, and nothing else. */
export function onlyRecipe(text: string, key: string): TextEdit[] {
  return replaceProperty(text, { recipes: [key] });
}

/** Stages written out in the place of all recipes. */
export function writeStages(text: string, stages: StageFields[]): TextEdit[] {
  return replaceProperty(text, { stages });
}

/** What a recipe trains, as stages that could be written out. */
export function entriesOf(experiment: Experiment, variant: number): StageFields[] {
  return resolveStages(experiment, experiment.recipes![variant]).map((stage) => entryOf(stage, experiment));
}

/** A short entry where the recipe alone says it all; with a name of its own where another variant has that name. */
function named(key: string, taken: readonly string[], more: Pick<Settled, 'epochs' | 'rates'>): RecipeChoice {
  let as: string | undefined;
  for (let copy = 2; taken.includes(as ?? key); copy++) as = `${key} ${copy}`;
  const choice: Settled = {
    recipe: key,
    ...(as !== undefined && { as }),
    ...(more.epochs && { epochs: more.epochs }),
    ...(more.rates && { rates: more.rates }),
  };
  return Object.keys(choice).length === 1 ? key : choice;
}

/** What the experiment trains, said by another field than before. */
function replaceProperty(text: string, property: { recipes: RecipeChoice[] } | { stages: StageFields[] }): TextEdit[] {
  const root = nodeAt(text, []);
  const keys = root.children!.map(({ children }) => children![0].value as string);
  const [[key, value]] = Object.entries(property);
  const written = `${JSON.stringify(key)}: ${writeValue(value, childSetting(text, root))}`;
  return rewriteChildren(
    text,
    root,
    keys.map((known, child) => (known === 'recipes' || known === 'stages' ? { child, text: written } : child)),
  );
}

function rewriteRecipes(
  text: string,
  change: (known: Wanted[], write: (choice: RecipeChoice) => string) => Wanted[],
): TextEdit[] {
  const parent = nodeAt(text, ['recipes']);
  const setting = childSetting(text, parent);
  const known = (parent.children ?? []).map((_, child): Wanted => child);
  return rewriteChildren(
    text,
    parent,
    change(known, (choice) => writeValue(choice, setting)),
  );
}
