/** A comparison as Markdown and LaTeX for people and as CSV for programs. */
import { unparse } from 'papaparse';
import type { Comparison, ComparisonRow, Provenance } from './comparison';
import type { Estimate } from './events';
import { duration, interval, magnitude, percent } from './format';
import { escapeLatex, escapeMarkdown, latexTable, markdownTable, type Column } from './table';

/** The columns that people read; fractions in per cent. */
export const comparisonColumns: Column<ComparisonRow>[] = [
  { head: 'Setting', align: 'left', cell: ({ title }) => title },
  { head: 'Trained', align: 'left', cell: ({ trained }) => trained },
  { head: 'EM', align: 'right', cell: ({ answers }) => interval(answers.exactMatch) },
  { head: 'Recall', align: 'right', cell: ({ answers }) => interval(answers.recall) },
  { head: 'ROUGE-L', align: 'right', cell: ({ answers }) => interval(answers.rougeL) },
  {
    head: 'Paper: EM / recall / ROUGE-L',
    align: 'right',
    cell: ({ paper }) => paper && [paper.em, paper.recall, paper.rougeL].map((value) => value.toFixed(1)).join(' / '),
  },
  { head: 'Blind prior EM', align: 'right', cell: ({ blindPrior }) => optional(blindPrior, percent) },
  { head: 'Train EM', align: 'right', cell: ({ trainExactMatch }) => optional(trainExactMatch, percent) },
  { head: 'Perplexity', align: 'right', cell: ({ perplexity }) => optional(perplexity, magnitude) },
  { head: 'Seeds', align: 'right', cell: ({ seeds }) => seeds.join(', ') },
  { head: 'Time', align: 'right', cell: ({ seconds }) => duration(seconds) },
];

export function renderMarkdown(comparison: Comparison): string {
  const notes = [...comparison.notes, ...explanations(comparison), ...provenanceLines(comparison.provenance)];
  const lines = notes.map((note) => `- ${escapeMarkdown(note)}`);
  return [markdownTable(comparisonColumns, comparison.rows), '', ...lines, ''].join('\n');
}

/** Needs the booktabs package; notes stand in comments. */
export function renderLatex(comparison: Comparison): string {
  const notes = [...comparison.notes, ...explanations(comparison), ...provenanceLines(comparison.provenance)];
  const lines = notes.map((note) => `% ${escapeLatex(note)}`);
  return [...lines, latexTable(comparisonColumns, comparison.rows), ''].join('\n');
}

/** One row a recipe; fractions from 0 to 1, the paper's numbers too; each row says on what it was computed. */
export function renderCsv({ rows, provenance }: Comparison): string {
  const { modelHash, ...others } = provenance;
  const entries = Object.entries({ ...others, model_hash: modelHash });
  const about = Object.fromEntries(entries.map(([name, values]) => [name, values.join('; ')]));
  const records = rows.map((row) => ({ ...recordOf(row), ...about }));
  return unparse(records, { newline: '\n' }) + '\n';
}

function recordOf({ answers, paper, ...row }: ComparisonRow) {
  return {
    recipe: row.recipe,
    title: row.title,
    trained: row.trained,
    seeds: row.seeds.join(' '),
    questions: answers.count,
    ...estimate('exact_match', answers.exactMatch),
    ...estimate('recall', answers.recall),
    ...estimate('rouge_l', answers.rougeL),
    paper_exact_match: optional(paper?.em, fraction),
    paper_recall: optional(paper?.recall, fraction),
    paper_rouge_l: optional(paper?.rougeL, fraction),
    blind_prior_exact_match: optional(row.blindPrior, rounded),
    train_exact_match: optional(row.trainExactMatch, rounded),
    test_perplexity: optional(row.perplexity, rounded),
    seconds: rounded(row.seconds),
  };
}

function estimate(name: string, { value, low, high }: Estimate): Record<string, number> {
  return { [name]: rounded(value), [`${name}_low`]: rounded(low), [`${name}_high`]: rounded(high) };
}

/** What the numbers mean. */
export function explanations({ rows }: Comparison): string[] {
  if (rows.length === 0) return ['No finished run has a test result.'];
  const counts = [...new Set(rows.map(({ answers }) => answers.count))].join(', ');
  const several = rows.some(({ seeds }) => seeds.length > 1);
  const over = several ? 'questions, and over seeds where there are several' : 'questions';
  return [
    `EM, recall and ROUGE-L in per cent of ${counts} test questions, with 95 % bootstrap intervals over ${over}.`,
    'Perplexity is of the test documents, Train EM of train questions, both at the end; the blind prior guesses the commonest train answer to questions that start alike.',
  ];
}

/** On what the numbers were computed, a line each. */
export function provenanceLines(provenance: Provenance): string[] {
  const names: Record<keyof Provenance, string> = {
    model: 'Model',
    modelHash: 'Model hash',
    data: 'Data hash',
    engine: 'Engine',
    device: 'Device',
    version: 'Versions',
  };
  return (Object.keys(names) as (keyof Provenance)[])
    .filter((key) => provenance[key].length > 0)
    .map((key) => `${names[key]}: ${provenance[key].join('; ')}`);
}

function fraction(inPercent: number): number {
  return rounded(inPercent / 100);
}

/** Six decimals: what a table of results can use. */
function rounded(value: number): number {
  return Number(value.toFixed(6));
}

function optional<T>(value: number | undefined, render: (value: number) => T): T | undefined {
  return value === undefined ? undefined : render(value);
}
