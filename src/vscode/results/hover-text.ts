/** The hover over a question as Markdown: the answer now, how it came about, and what other runs say. */
import type { Found } from './book';
import type { HistoryRow } from './history';
import { shown, staleText } from './inline';

export interface HoverContent {
  found?: Found;
  /** Which run and checkpoint the answer is from. */
  source: string;
  stages: readonly HistoryRow[];
  runs: readonly HistoryRow[];
}

/** Undefined where no run has answered the question. */
export function hoverMarkdown({ found, source, stages, runs }: HoverContent): string | undefined {
  const parts = [
    ...(found ? [headline(found, source)] : []),
    ...(stages.length > 1 ? [table('Over its stages', stages)] : []),
    ...(runs.length > 0 ? [table('Other runs', runs)] : []),
  ];
  return parts.length > 0 ? parts.join('\n\n') : undefined;
}

function headline({ prediction, stale }: Found, source: string): string {
  const verdict = `${mark(prediction)} **${plain(shown(prediction.prediction))}**`;
  const gold = prediction.exactMatch ? '' : ` instead of **${plain(shown(prediction.answers[0]))}**`;
  const changed = stale ? `  \n*Stale: ${staleText(stale)}.*` : '';
  return `${verdict}${gold}  \n${plain(source)}${changed}`;
}

function table(title: string, rows: readonly HistoryRow[]): string {
  const lines = rows.map((row) => `| ${plain(row.label)} | ${mark(row)} | ${plain(shown(row.answer))} |`);
  return [`| ${title} | | |`, '|:--|:-:|:--|', ...lines].join('\n');
}

const mark = ({ exactMatch }: { exactMatch: boolean }) => (exactMatch ? '✓' : '✗');

/** Text that means only itself in Markdown. */
export function plain(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/[\\`*_{}[\]()<>#+\-.!|~&$]/g, '\\$&');
}
