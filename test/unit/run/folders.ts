/** Run folders for tests, in a temporary place that is removed after each test. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RunFolder, type RunIdentity } from '../../../src/run/folder';

export const identity: RunIdentity = {
  name: 'trial',
  recipe: 'pit',
  seed: 1,
  created: '2024-05-26T10:00:00.000Z',
  model: 'nano',
  dataHash: 'c0ffee',
  versions: { 'pit-lab': '0.1.0' },
};

const places: string[] = [];

export function temporaryPlace(): string {
  const place = mkdtempSync(join(tmpdir(), 'pit-run-'));
  places.push(place);
  return place;
}

export function temporaryRun(change: Partial<RunIdentity> = {}): RunFolder {
  return RunFolder.create(join(temporaryPlace(), 'run'), { ...identity, ...change });
}

export function removePlaces(): void {
  for (const place of places.splice(0)) rmSync(place, { recursive: true, force: true });
}
