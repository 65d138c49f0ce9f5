/** The comparison of the runs in an output folder, written beside them: table, picture and page. */
import { join } from 'node:path';
import { compareRuns } from './comparison';
import { onDisk, replaceFile } from './files';
import { renderHtml } from './page';
import { paperNumbers } from './paper';
import { renderSvg } from './pictures';
import type { RunSummary } from './summary';
import { renderMarkdown } from './tables';

/** Writes `comparison.md`, `.svg` and `.html`; gives the table, or undefined where no run has a result yet. */
export function writeComparison(out: string, summaries: readonly RunSummary[]): string | undefined {
  if (!summaries.some(({ result }) => result)) return undefined;
  const comparison = compareRuns(summaries, { paper: paperNumbers('7B') });
  const table = renderMarkdown(comparison);
  onDisk(out, () => replaceFile(join(out, 'comparison.md'), table));
  replaceFile(join(out, 'comparison.svg'), renderSvg(comparison, summaries));
  replaceFile(join(out, 'comparison.html'), renderHtml(comparison, summaries));
  return table;
}
