/** Predictions as the text of a file. */
import { unparse } from 'papaparse';
import { type Column, latexTable, markdownTable } from '../src/run/table';
import { changeOf } from './filter';
import type { PredictionRow, TableFormat } from './messages';

const columns: Column<PredictionRow>[] = [
  { head: 'Question', align: 'left', cell: ({ question }) => question },
  { head: 'Gold', align: 'left', cell: ({ answers }) => answers.join(' · ') },
  { head: 'Output', align: 'left', cell: ({ output }) => output.trim() },
  { head: 'EM', align: 'right', cell: ({ exactMatch }) => String(Number(exactMatch)) },
  { head: 'Since the last stage', align: 'left', cell: (row) => changeOf(row) || undefined },
];

export function predictionsText(rows: readonly PredictionRow[], format: TableFormat): string {
  if (format === 'markdown') return `${markdownTable(columns, rows)}\n`;
  if (format === 'latex') return `${latexTable(columns, rows)}\n`;
  return `${unparse(rows.map(recordOf), { newline: '\n' })}\n`;
}

function recordOf({ id, question, answers, output, prediction, exactMatch, recall, rougeL, before }: PredictionRow) {
  return {
    ...{ id, question, answers: answers.join(' | '), output, prediction },
    exact_match: Number(exactMatch),
    recall: Number(recall),
    rouge_l: Number(rougeL.toFixed(6)),
    exact_match_before: before && Number(before.exactMatch),
    prediction_before: before?.prediction,
  };
}
