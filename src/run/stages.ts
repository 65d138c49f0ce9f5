/** What runs scored at the end of each stage, as a table: the curve of perplexity against exact match in numbers. */
import { unparse } from 'papaparse';
import { stageLabel, titleOf, trainedOf } from './names';
import type { Estimate } from './events';
import { interval, magnitude, percent } from './format';
import type { RunSummary, StageSummary } from './summary';
import { type Column, latexTable, markdownTable } from './table';

type Row = StageSummary & { run: RunSummary };

/** A row for each stage of each run. */
const rowsOf = (runs: readonly RunSummary[]): Row[] =>
  runs.flatMap((run) => run.stages.map((stage) => ({ ...stage, run })));

const estimated = (estimate: Estimate | undefined) => estimate && interval(estimate);

const columns: Column<Row>[] = [
  { head: 'Setting', align: 'left', cell: ({ run }) => titleOf(run.identity) },
  { head: 'Trained', align: 'left', cell: ({ run }) => trainedOf(run.identity) },
  { head: 'Seed', align: 'right', cell: ({ run }) => String(run.identity.seed) },
  { head: 'Stage', align: 'left', cell: stageLabel },
  { head: 'EM', align: 'right', cell: ({ test }) => estimated(test?.exactMatch) },
  { head: 'Recall', align: 'right', cell: ({ test }) => estimated(test?.recall) },
  { head: 'ROUGE-L', align: 'right', cell: ({ test }) => estimated(test?.rougeL) },
  { head: 'Train EM', align: 'right', cell: ({ train }) => train && percent(train.exactMatch.value) },
  {
    head: 'Perplexity',
    align: 'right',
    cell: ({ perplexity }) => (perplexity === undefined ? undefined : magnitude(perplexity)),
  },
];

/** Per cent with intervals; needs the booktabs package. */
export function stagesLatex(runs: readonly RunSummary[]): string {
  return `${latexTable(columns, rowsOf(runs))}\n`;
}

/** Per cent with intervals. */
export function stagesMarkdown(runs: readonly RunSummary[]): string {
  return `${markdownTable(columns, rowsOf(runs))}\n`;
}

/** Fractions from 0 to 1. */
export function stagesCsv(runs: readonly RunSummary[]): string {
  return `${unparse(rowsOf(runs).map(recordOf), { newline: '\n' })}\n`;
}

function recordOf({ run, number, name, epochs, curve, test, train, ...stage }: Row) {
  return {
    run: run.folder,
    recipe: run.identity.recipe,
    trained: trainedOf(run.identity),
    seed: run.identity.seed,
    stage: number,
    name,
    epochs,
    steps: curve.length,
    questions: test?.count,
    ...spread('exact_match', test?.exactMatch),
    ...spread('recall', test?.recall),
    ...spread('rouge_l', test?.rougeL),
    ...spread('train_exact_match', train?.exactMatch),
    teacher_forced_accuracy: rounded(stage.teacherForcedAccuracy),
    test_perplexity: rounded(stage.perplexity),
  };
}

function spread(name: string, estimate: Estimate | undefined) {
  const { value, low, high } = estimate ?? {};
  return { [name]: rounded(value), [`${name}_low`]: rounded(low), [`${name}_high`]: rounded(high) };
}

/** Six decimals: what a table of results can use. */
function rounded(value: number | undefined): number | undefined {
  return value === undefined ? undefined : Number(value.toFixed(6));
}
