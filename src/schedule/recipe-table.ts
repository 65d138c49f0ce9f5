/** The recipe table as Markdown, for the documentation and for reports. */
import type { Experiment } from './experiment';
import { recipes, type PaperResult, type Phase, type Recipe } from './recipes';

/** One row a recipe: key, the paper's name, phases, epochs and what the paper reports (EM / recall / ROUGE-L). */
export function recipeTable(): string {
  const header = ['recipe', 'paper', 'phases', 'epochs by phase', 'Llama-2 7B', 'Llama-2 70B'];
  const rows = recipes.map((recipe) => [
    `\`${recipe.key}\``,
    recipe.symbol,
    phasesText(recipe),
    recipe.phases.map(({ epochs }) => epochsText(epochs)).join(', '),
    resultText(recipe.paper['7B']),
    resultText(recipe.paper['70B']),
  ]);
  return [header, header.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** As the paper writes phases: `train QA + train doc → test doc`. */
export function phasesText({ phases, prompt }: Pick<Recipe, 'phases' | 'prompt'>): string {
  if (phases.length === 0) return `nothing trained, ${prompt} prompt`;
  return phases.map((phase) => phaseText(phase)).join(' → ');
}

function phaseText({ parts, arrangement, first, documentWeights }: Phase): string {
  const names = parts.map((part) => part.replace('questions', 'QA').replace('documents', 'doc')).join(' + ');
  const notes = [
    ...(arrangement ? [`${arrangement}, ${first} first`] : []),
    ...(documentWeights ? [`answer tokens ${documentWeights.answer}, others ${documentWeights.other}`] : []),
  ];
  return notes.length > 0 ? `${names} (${notes.join('; ')})` : names;
}

function epochsText(epochs: keyof Experiment['training']['epochs'] | number): string {
  return typeof epochs === 'number' ? String(epochs) : `\`${epochs}\``;
}

function resultText(result: PaperResult | undefined): string {
  return result ? result.map((value) => value.toFixed(1)).join(' / ') : '';
}
