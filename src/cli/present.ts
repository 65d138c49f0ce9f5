/** The end of `pit run`: the table on the terminal, the same with pictures in the output folder, and where all lies. */
import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { runFiles, RunFolder } from '../run/folder';
import { lastWords, reasonOf } from '../run/reason';
import { stateOf } from '../run/state';
import { summarizeRun } from '../run/summary';
import { writeComparison } from '../run/write-comparison';
import type { Ending } from '../trainer/conduct';

/** What a shell sees: 130 is what an interrupted program returns. */
const exitCodes: Record<Ending, number> = { finished: 0, failed: 1, stopped: 130 };

/** Prints and writes what the runs at `paths` have to say. */
export function present(out: string, paths: readonly string[], ending: Ending): void {
  process.exitCode = exitCodes[ending];
  const folders = paths.filter((path) => existsSync(join(path, runFiles.identity))).map((path) => RunFolder.open(path));
  for (const folder of folders) explain(folder);
  const table = writeComparison(out, folders.map(summarizeRun));
  if (table) console.log(table);
  console.error(
    table
      ? `The table with pictures: ${show(join(out, 'comparison.html'))}`
      : 'No table: no finished run has answered test questions.',
  );
  console.error(`Each run with its checkpoints and predictions: ${show(out)}`);
}

/** One sentence on a run that was begun and did not finish, and what to do about it. */
function explain(folder: RunFolder): void {
  const state = stateOf(folder);
  const isBegun = [runFiles.log, runFiles.exit].some((name) => existsSync(folder.file(name)));
  if (state === 'finished' || !isBegun) return;
  const words = state === 'interrupted' ? lastWords(folder) : '';
  const why = `${reasonOf(folder, state)}${words && ` Last words:\n${words}\n`}`;
  console.error(`${show(folder.path)} is ${state}: ${why} Go on with: pit resume ${show(folder.path)}`);
}

const show = (path: string) => relative('', path) || '.';
