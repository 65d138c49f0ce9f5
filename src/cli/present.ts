/** The end of `pit run`: the table on the terminal, the same with pictures in the output folder, and where all lies. */
import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { compareRuns } from '../run/comparison';
import { onDisk, replaceFile } from '../run/files';
import { runFiles, RunFolder } from '../run/folder';
import { renderHtml } from '../run/page';
import { renderSvg } from '../run/pictures';
import { stateOf } from '../run/state';
import { type RunSummary, summarizeRun } from '../run/summary';
import { renderMarkdown } from '../run/tables';
import { lastWords } from '../run/reason';
import type { Ending } from './conduct';
import { paperNumbers } from './paper';

/** What a shell sees: 130 is what an interrupted program returns. */
const exitCodes: Record<Ending, number> = { finished: 0, failed: 1, stopped: 130 };

/** Prints and writes what the runs at `paths` have to say. */
export function present(out: string, paths: readonly string[], ending: Ending): void {
  process.exitCode = exitCodes[ending];
  const folders = paths.filter((path) => existsSync(join(path, runFiles.identity))).map((path) => RunFolder.open(path));
  for (const folder of folders) explain(folder);
  const summaries = folders.map(summarizeRun);
  if (summaries.some(({ result }) => result)) writeComparison(out, summaries);
  else console.error('No table: no finished run has answered test questions.');
  console.error(`Each run with its checkpoints and predictions: ${show(out)}`);
}

function writeComparison(out: string, summaries: readonly RunSummary[]): void {
  const comparison = compareRuns(summaries, { paper: paperNumbers('7B') });
  const table = renderMarkdown(comparison);
  onDisk(out, () => replaceFile(join(out, 'comparison.md'), table));
  replaceFile(join(out, 'comparison.svg'), renderSvg(comparison, summaries));
  replaceFile(join(out, 'comparison.html'), renderHtml(comparison, summaries));
  console.log(table);
  console.error(`The table with pictures: ${show(join(out, 'comparison.html'))}`);
}

/** One sentence on a run that did not finish, and what to do about it. */
function explain(folder: RunFolder): void {
  const state = stateOf(folder);
  if (state === 'finished' || !existsSync(folder.file(runFiles.log))) return;
  const { reason } = summarizeRun(folder);
  const why = reason ?? (state === 'interrupted' ? `its process is gone. Last words:\n${lastWords(folder)}` : state);
  console.error(`${show(folder.path)} is ${state}: ${why} Go on with: pit resume ${show(folder.path)}`);
}

const show = (path: string) => relative('', path) || '.';
