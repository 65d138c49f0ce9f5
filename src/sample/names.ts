/** What the files of a sample are called, and whether a folder has room for them. Light, for menus. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';

export const sampleNames = { experiment: 'experiment.pit.json', questions: 'own.qa', data: 'data', model: 'model' };

/** The first name of a sample that a folder has already; undefined where a sample can be written. */
export function takenName(folder: string): string | undefined {
  return Object.values(sampleNames).find((name) => existsSync(join(folder, name)));
}
