/** Which models an experiment could start from. Done in a worker thread (worker.ts). */
import { access } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { UserError } from '../../errors';
import { hubCache } from '../../model/hub/settings';
import { snapshotsIn } from '../../model/hub/snapshots';
import { presets } from '../../model/presets';
import { runFiles, RunFolder } from '../../run/folder';
import { nameOf } from '../../run/names';
import type { Experiment } from '../../schedule/experiment';
import { listCheckpoints } from '../../trainer/checkpoints';
import { factsOf, type Setting, settingFor } from './facts';
import { isSame, type Known, type Looking, type Offer, type Place } from './protocol';

export const jobs: Looking = {
  offers,
  look: async (experiment, place, imports) => look(await settingFor(experiment), place, imports),
};

async function offers(experiment: Experiment, known: Known): Promise<Offer[]> {
  const places = [
    ...Object.keys(presets).map((preset): Place => ({ group: 'preset', name: preset, model: { preset } })),
    ...known.runs.flatMap(newestCheckpoint),
    ...(await downloaded()),
    ...(await describedIn(known.folders)),
    ...known.ggufs.map((file): Place => ({ group: 'gguf', name: basename(file), model: file })),
    ...(typeof experiment.model === 'string' ? [folderPlace(experiment.model)] : []),
  ];
  const isFirst = ({ model }: Place, at: number) => at === places.findIndex((other) => isSame(other.model, model));
  const setting = await settingFor(experiment);
  return Promise.all(places.filter(isFirst).map((place) => look(setting, place, known.imports)));
}

async function look(setting: Setting, place: Place, imports: string): Promise<Offer> {
  try {
    return { ...place, facts: await factsOf(setting, place, imports) };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { ...place, refused: error.message };
  }
}

const folderPlace = (folder: string): Place => ({ group: 'folder', name: basename(folder), model: folder });

/** Weights without a config are those of something else. */
async function describedIn(folders: readonly string[]): Promise<Place[]> {
  const configs = await Promise.allSettled(folders.map((folder) => access(join(folder, 'config.json'))));
  return folders.filter((_, at) => configs[at].status === 'fulfilled').map(folderPlace);
}

async function downloaded(): Promise<Place[]> {
  const snapshots = await snapshotsIn(hubCache());
  return snapshots.map(({ model, folder }) => ({ group: 'hub', name: model, model: folder }));
}

/** None of a run that trained nothing, or whose folder has just gone. */
function newestCheckpoint(path: string): Place[] {
  try {
    const folder = RunFolder.open(path);
    const newest = listCheckpoints(folder).at(-1);
    const name = `${folder.identity.name}: ${nameOf(folder.identity)}`;
    return newest ? [{ group: 'checkpoint', name, model: folder.file(runFiles.checkpoints, newest.name) }] : [];
  } catch (error) {
    if (error instanceof UserError) return [];
    throw error;
  }
}
