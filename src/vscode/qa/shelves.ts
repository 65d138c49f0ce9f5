/** Which datasets a file belongs to, and what they hold: what every feature of the language looks things up in. */
import { dirname, relative } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type * as vscode from 'vscode';
import { isBelow } from '../../dataset/source';
import { type Catalog, catalogOf } from '../../dataset/catalog';
import type { LoadedDataset } from '../../dataset/load';
import type { RowFile } from '../../dataset/mentions/columns';
import { type DatasetSource, guessFormat } from '../../dataset/source';
import type { Holding, Lab } from '../lab';

export interface Shelf {
  holding: Holding;
  loaded: LoadedDataset;
  catalog: Catalog;
}

/** The datasets that a file of data is a part of, and where it stands in each. */
export async function shelvesWith(lab: Lab, file: string): Promise<(Shelf & { rows: RowFile })[]> {
  const found = (await lab.library.holdings()).flatMap((holding) => {
    const source = holding.sources.find(({ path }) => isBelow(file, path));
    const rows = source && rowFile(source, file);
    return rows ? [{ holding, rows }] : [];
  });
  return Promise.all(found.map(async ({ holding, rows }) => ({ ...(await shelfOf(lab, holding)), rows })));
}

/** The dataset that an experiment reads. */
export async function shelfBehind(lab: Lab, experiment: vscode.Uri): Promise<Shelf | undefined> {
  const sources = await sourcesBehind(lab, experiment);
  const holding = (await lab.library.holdings()).find((one) => isDeepStrictEqual(one.sources, sources));
  return holding && shelfOf(lab, holding);
}

/** The experiments that read a dataset. */
export async function experimentsOn(lab: Lab, { sources }: Holding): Promise<vscode.Uri[]> {
  const files = await lab.experiments.files();
  const read = await Promise.all(files.map((file) => sourcesBehind(lab, file)));
  return files.filter((_, index) => isDeepStrictEqual(read[index], sources));
}

async function shelfOf(lab: Lab, holding: Holding): Promise<Shelf> {
  const loaded = await lab.library.load(holding);
  return { holding, loaded, catalog: catalogOf(loaded.dataset) };
}

async function sourcesBehind(lab: Lab, experiment: vscode.Uri): Promise<DatasetSource[] | undefined> {
  const [{ sourcesOf }, read] = await Promise.all([import('../../schedule/paths'), lab.experiments.read(experiment)]);
  return read.experiment && sourcesOf(read.experiment, dirname(experiment.fsPath));
}

function rowFile(source: DatasetSource, file: string): RowFile | undefined {
  const format = source.format ?? guessFormat(file, source.columns);
  return format && { name: relative(source.path, file) || file, format, columns: source.columns ?? {} };
}
