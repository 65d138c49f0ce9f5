/** Which predictions are shown. Pure. */
import type { PredictionRow, Verdict } from './messages';

const verdicts: Record<Verdict, (row: PredictionRow) => boolean> = {
  all: () => true,
  right: ({ exactMatch }) => exactMatch,
  wrong: ({ exactMatch }) => !exactMatch,
  changed: ({ exactMatch, before }) => before !== undefined && before.exactMatch !== exactMatch,
};

/** The rows with a verdict whose question, answers or output hold every word that is searched for. */
export function filterRows(rows: readonly PredictionRow[], verdict: Verdict, search: string): PredictionRow[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const isMeant = (row: PredictionRow) => {
    const text = words.length > 0 ? textOf(row) : '';
    return verdicts[verdict](row) && words.every((word) => text.includes(word));
  };
  return rows.filter(isMeant);
}

function textOf({ id, question, answers, output }: PredictionRow): string {
  return [id, question, ...answers, output].join('\n').toLowerCase();
}

/** How many rows each verdict has. */
export function countRows(rows: readonly PredictionRow[]): Record<Verdict, number> {
  const count = (verdict: Verdict) => rows.filter(verdicts[verdict]).length;
  return { all: rows.length, right: count('right'), wrong: count('wrong'), changed: count('changed') };
}

/** `now right`, `now wrong`, or nothing where the verdict is that of the stage before. */
export function changeOf({ exactMatch, before }: PredictionRow): string {
  if (!before || before.exactMatch === exactMatch) return '';
  return exactMatch ? 'now right' : 'now wrong';
}
