/** The recipes as people pick them: the paper's symbol, phases and numbers. Pure. */
import { phasesText } from '../../schedule/recipe-table';
import { type PaperResult, type Recipe, recipes } from '../../schedule/recipes';

export interface RecipeItem {
  key: string;
  label: string;
  description: string;
  detail: string;
}

/** One item a recipe, in the order of the table. */
export function recipeItems(): RecipeItem[] {
  return recipes.map((recipe) => ({
    key: recipe.key,
    label: recipe.symbol === recipe.key ? recipe.title : `${recipe.symbol}  ${recipe.title}`,
    description: recipe.key,
    detail: [phasesText(recipe), ...paperTexts(recipe)].join(' · '),
  }));
}

/** What the numbers of an item are. */
export const recipeLegend = "Phases · the paper's EM / recall / ROUGE-L for Llama-2 7B and 70B";

function paperTexts({ paper }: Recipe): string[] {
  return (['7B', '70B'] as const).flatMap((size) => {
    const result = paper[size];
    return result ? [`${size} ${resultText(result)}`] : [];
  });
}

function resultText(result: PaperResult): string {
  return result.map((value) => value.toFixed(1)).join(' / ');
}
