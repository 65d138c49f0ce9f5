/**
 * Work on finished runs that may take seconds: comparing them and reading their predictions. It is done in a worker
 * thread (worker.ts); what goes in and comes out is plain data.
 */
import { existsSync } from 'node:fs';
import type {
  OwnResult,
  PaperSize,
  PredictionRow,
  PredictionsAt,
  RecipeRow,
  RecipeTable,
  TableFormat,
} from '../../../webview/messages';
import { UserError } from '../../errors';
import { type Comparison, type ComparisonRow, compareRuns } from '../../run/comparison';
import type { Prediction } from '../../run/events';
import { RunFolder } from '../../run/folder';
import { paperNumbers } from '../../run/paper';
import { stagesCsv, stagesLatex, stagesMarkdown } from '../../run/stages';
import { type RunSummary, summarizeRun } from '../../run/summary';
import { explanations, renderCsv, renderLatex, renderMarkdown } from '../../run/tables';
import { phasesText } from '../../schedule/recipe-table';
import { type Recipe, recipeName, recipes as paperRecipes } from '../../schedule/recipes';

/** The paper's recipes in its order with one's own results beside its numbers, then recipes of one's own. */
export function recipes(paths: string[], size: PaperSize): RecipeTable {
  const comparison = compare(paths, size);
  const { rows, notes } = comparison;
  const known = new Set(paperRecipes.map(({ key }) => key));
  const others = rows.filter(({ recipe }) => !known.has(recipe));
  return {
    rows: [
      ...paperRecipes.flatMap((recipe) => rowsOf(recipe, rows, size)),
      ...others.map(({ recipe, title, ...row }) => ({ recipe, title, own: ownOf(row) })),
    ],
    notes: [...notes, ...explanations(comparison)],
  };
}

function compare(paths: readonly string[], size: PaperSize): Comparison {
  return compareRuns(summaries(paths), { paper: paperNumbers(size) });
}

/** Runs that have been deleted meanwhile are passed over. */
function summaries(paths: readonly string[]): RunSummary[] {
  return paths.filter((path) => existsSync(path)).map((path) => summarizeRun(RunFolder.open(path)));
}

/** A row for each of one's own results, which differ in model or data, or one with the paper's numbers alone. */
function rowsOf(recipe: Recipe, rows: readonly ComparisonRow[], size: PaperSize): RecipeRow[] {
  const row = { recipe: recipe.key, title: recipeName(recipe), phases: phasesText(recipe), paper: recipe.paper[size] };
  const own = rows.filter(({ recipe: key }) => key === recipe.key);
  if (own.length === 0) return row.paper ? [row] : [];
  return own.map((result) => ({ ...row, title: result.title, own: ownOf(result) }));
}

type Result = Omit<ComparisonRow, 'recipe' | 'title'>;

function ownOf({ seeds, answers, perplexity, trainExactMatch, blindPrior, seconds }: Result): OwnResult {
  const { exactMatch, recall, rougeL } = answers;
  return { seeds, exactMatch, recall, rougeL, perplexity, trainExactMatch, blindPrior, seconds };
}

/** A table as the text of a file, the same as the command line writes. */
export function table(paths: string[], name: 'recipes' | 'stages', format: TableFormat, size: PaperSize): string {
  if (name === 'stages')
    return { csv: stagesCsv, markdown: stagesMarkdown, latex: stagesLatex }[format](summaries(paths));
  const comparison = compare(paths, size);
  if (comparison.rows.length === 0)
    throw new UserError('None of these runs has finished with a test result, so there is nothing to write.');
  return { csv: renderCsv, markdown: renderMarkdown, latex: renderLatex }[format](comparison);
}

/** Answers of a run, each beside the answer at an earlier time. @param before a file of the same run */
export function predictions({ path, file }: PredictionsAt, before?: string): PredictionRow[] {
  const folder = RunFolder.open(path);
  const earlier = new Map(before ? folder.readPredictions(before).map((one) => [one.id, one]) : []);
  return folder.readPredictions(file).map((one) => rowOf(one, earlier.get(one.id)));
}

function rowOf(prediction: Prediction, before?: Prediction): PredictionRow {
  const { id, question, answers, output, exactMatch, recall, rougeL } = prediction;
  return {
    ...{ id, question, answers, output, exactMatch, recall, rougeL, prediction: prediction.prediction },
    before: before && { exactMatch: before.exactMatch, prediction: before.prediction },
  };
}
