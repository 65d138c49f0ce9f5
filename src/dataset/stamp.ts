/** Whether the files of a dataset may have changed, told without reading them: by their names, sizes and times. */
import { stat } from 'node:fs/promises';
import { findFiles } from './files';
import { defaultLineLimit } from './lines';
import { describeProblem, Findings } from './problem';
import type { DatasetSource } from './source';

/** The same as long as no file has come, gone or been written. */
export async function stampOf(sources: readonly DatasetSource[]): Promise<string> {
  const lines: string[] = [];
  for (const source of sources) {
    const findings = new Findings();
    for (const { path } of await findFiles(source, defaultLineLimit, findings)) lines.push(await lineOf(path));
    lines.push(...findings.problems.map(describeProblem));
  }
  return lines.join('\n');
}

async function lineOf(path: string): Promise<string> {
  const found = await stat(path).catch(() => undefined);
  return found ? `${path} ${found.size} ${found.mtimeMs}` : `${path} gone`;
}
