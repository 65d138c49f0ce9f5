/**
 * Which models an experiment could start from, and what can be told of each from its config and the headers of its
 * weights. Done in a worker thread (worker.ts).
 */
import { access } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { basename, join } from 'node:path';
import { UserError } from '../../errors';
import type { ModelConfig } from '../../model/config';
import { explained } from '../../model/files';
import { readModel } from '../../model/folder';
import { hubCache } from '../../model/hub/settings';
import { snapshotsIn } from '../../model/hub/snapshots';
import { licenceOf } from '../../model/licence';
import { countParameters } from '../../model/parameters';
import { presetConfig, presets } from '../../model/presets';
import { loadTokenizer } from '../../model/tokenizer';
import { runFiles, RunFolder } from '../../run/folder';
import { nameOf } from '../../run/names';
import { crossComplaints } from '../../schedule/cross-checks';
import type { WantedModel } from '../../schedule/edit-settings';
import { type Experiment, experimentSchema } from '../../schedule/experiment';
import { listCheckpoints } from '../../trainer/checkpoints';
import { fitOf, mostDemandOf } from '../../trainer/memory';
import { trainedConfig } from '../../trainer/starting-model';
import { type Facts, isSame, type Known, type Looking, type Offer, type Place } from './protocol';

export const jobs: Looking = { offers, look };

async function offers(experiment: Experiment, known: Known): Promise<Offer[]> {
  const places = [
    ...Object.keys(presets).map((preset): Place => ({ group: 'preset', name: preset, model: { preset } })),
    ...known.runs.flatMap(newestCheckpoint),
    ...(await downloaded()),
    ...(await describedIn(known.folders)),
    ...(typeof experiment.model === 'string' ? [folderPlace(experiment.model)] : []),
  ];
  const isFirst = ({ model }: Place, at: number) => at === places.findIndex((other) => isSame(other.model, model));
  return Promise.all(places.filter(isFirst).map((place) => look(experiment, place)));
}

async function look(experiment: Experiment, place: Place): Promise<Offer> {
  try {
    return { ...place, facts: await factsOf(experiment, place.model) };
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

async function factsOf(experiment: Experiment, model: WantedModel): Promise<Facts> {
  const config = typeof model === 'string' ? await read(model, experiment) : await blank(model, experiment);
  const demand = mostDemandOf(experiment, config);
  return {
    family: config.family,
    parameters: countParameters(config),
    ...(typeof model === 'string' && { licence: await licenceOf(model) }),
    memory: demand.total,
    ...(experiment.device === 'cpu' && { fit: fitOf(demand, totalmem()) }),
  };
}

/** As it would be trained. The headers of the weights tell what is missing or misshapen. */
async function read(folder: string, experiment: Experiment): Promise<ModelConfig> {
  const { config } = await readModel(folder);
  const tokenizer = join(folder, 'tokenizer.json');
  await explained(tokenizer, 'read', access(tokenizer));
  return trainedConfig(config, experiment, folder);
}

/** A size with as many tokens as it would have in this experiment. */
async function blank({ preset }: { preset: string }, experiment: Experiment): Promise<ModelConfig> {
  const { model } = experiment;
  const written = experimentSchema.shape.model.parse({ ...(typeof model === 'object' && model), preset });
  const [complaint] = crossComplaints({ ...experiment, model: written });
  if (complaint) throw new UserError(complaint.message);
  if (typeof written === 'string') throw new Error('A size is no folder');
  const vocabSize = written.tokenizer ? (await loadTokenizer(written.tokenizer)).vocabSize : written.vocabulary;
  return presetConfig(preset, { vocabSize, bos: 0, eos: 0, pad: 0 });
}
