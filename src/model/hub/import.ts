/**
 * Brings a model from the hub into the cache that Hugging Face's tools share, as a folder to train from. What is small
 * comes first and is checked, so that a model that can't be used is refused before its weights come.
 */
import { copyFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { UserError, messageOf } from '../../errors';
import type { ModelConfig } from '../config';
import { configFromJson } from '../config-file';
import { explained, readJson, refuseUsed } from '../files';
import { checkTokenizer, readModelFolder } from '../folder';
import { makeNewFolder } from '../new-folder';
import { writeOrigin } from '../origin';
import { makeTokenizer } from '../tokenizer';
import { linkOrCopy, ModelCache } from './cache';
import { chooseFiles, type Choice } from './choose';
import { type HubFile, HubModel } from './client';
import { parseHubName } from './name';
import { type HubSettings, hubSettings } from './settings';

export interface Brought {
  model: string;
  commit: string;
  /** As the hub names it. */
  license?: string;
  folder: string;
  /** Bytes of all files, and of those that were downloaded now. */
  size: { all: number; downloaded: number };
}

export interface Arrived {
  /** The file that is coming. */
  file: string;
  /** Bytes that are there, of all that have to come. */
  done: number;
  total: number;
}

/** What there is to bring, as the hub and the model's config tell before anything comes. */
export interface HubOffer {
  model: string;
  commit: string;
  license?: string;
  config: ModelConfig;
  /** Bytes of all files, and of those that the cache lacks. */
  size: { all: number; missing: number };
}

export interface HubOptions {
  settings?: HubSettings;
  signal?: AbortSignal;
}

export interface HubImportOptions extends HubOptions {
  /** A folder to put the model into as well, new or empty; it then is the result. */
  to?: string;
  /** Whether what has come is thrown away when the signal ends the import; else the next one goes on from there. */
  isThorough?: boolean;
  onProgress?: (arrived: Arrived) => void;
}

/** Downloads nothing but the config. @throws as importHub does */
export async function askHub(text: string, options: HubOptions = {}): Promise<HubOffer> {
  const { hub, commit, license, config, all, missing } = await begin(text, options);
  return { model: hub.name.model, commit, license, config, size: { all: bytesOf(all), missing: bytesOf(missing) } };
}

/** @throws UserError if it can't be had or used, and the signal's reason if it is aborted */
export async function importHub(text: string, options: HubImportOptions = {}): Promise<Brought> {
  const { to, signal, isThorough } = options;
  if (to !== undefined) await refuseUsed(to);
  const journey = await begin(text, options);
  const { hub, commit, license, cache, all, missing } = journey;
  await bring(journey, options.onProgress)
    .then(() => signal?.throwIfAborted())
    .catch(async (error: unknown) => {
      if (signal?.aborted && isThorough) await cache.discard(missing);
      throw error;
    });
  const snapshot = await cache.link(commit, hub.name.revision, all);
  await readModelFolder(snapshot);
  signal?.throwIfAborted();
  if (to !== undefined) await place(to, journey);
  const size = { all: bytesOf(all), downloaded: bytesOf(missing) };
  return { model: hub.name.model, commit, license, folder: to ?? snapshot, size };
}

interface Journey {
  hub: HubModel;
  commit: string;
  license?: string;
  cache: ModelCache;
  choice: Choice;
  config: ModelConfig;
  all: readonly HubFile[];
  missing: readonly HubFile[];
}

async function begin(text: string, options: HubOptions): Promise<Journey> {
  const name = parseHubName(text);
  const settings = options.settings ?? (await hubSettings());
  const hub = new HubModel(name, settings, options.signal);
  const { commit, license, files } = await hub.look();
  const choice = await chooseFiles(hub.page, files, (file) => jsonOf(hub, commit, file));
  const config = await readConfigOf(hub, commit, choice);
  const cache = new ModelCache(settings.cache, name.model);
  const all = [...choice.small, ...choice.weights];
  return { hub, commit, license, cache, choice, config, all, missing: cache.missing(all) };
}

async function bring(journey: Journey, onProgress?: (arrived: Arrived) => void): Promise<void> {
  const { hub, commit, cache, choice, missing } = journey;
  await cache.prepare(missing);
  const total = bytesOf(missing);
  let done = 0;
  const come = async (file: HubFile) => {
    const onBytes = (count: number) => onProgress?.({ file: file.path, done: (done += count), total });
    await cache.bring(file, (wanted, start) => hub.read(commit, wanted, start), onBytes);
  };
  const isSmall = (file: HubFile) => choice.small.includes(file);
  for (const file of missing.filter(isSmall)) await come(file);
  await checkTokenizerOf(journey);
  for (const file of missing.filter((file) => !isSmall(file))) await come(file);
}

const named = ({ small }: Choice, name: string) => small.find(({ path }) => path === name)!;

async function readConfigOf(hub: HubModel, commit: string, choice: Choice): Promise<ModelConfig> {
  return configFromJson(await jsonOf(hub, commit, named(choice, 'config.json')), `${hub.page}: config.json`);
}

async function checkTokenizerOf({ hub, cache, choice, config }: Journey): Promise<void> {
  const [json, settings] = await Promise.all(
    ['tokenizer.json', 'tokenizer_config.json'].map((name) => readJson(cache.blob(named(choice, name)))),
  );
  const at = (name: string) => `${hub.page}: ${name}`;
  const origin = { file: at('tokenizer.json'), configFile: at('tokenizer_config.json'), model: config };
  checkTokenizer(makeTokenizer(json, settings, origin), config, hub.page);
}

async function jsonOf(hub: HubModel, commit: string, file: HubFile): Promise<unknown> {
  try {
    return JSON.parse(await hub.text(commit, file));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new UserError(`${hub.page}: ${file.path} is not JSON: ${messageOf(error)}.`);
  }
}

/** Puts the model into a folder of its own: weights under a second name where the disk allows it, the rest as copies. */
async function place(folder: string, { hub, commit, cache, choice: { small, weights } }: Journey): Promise<void> {
  const parent = path.dirname(path.resolve(folder));
  const disks = await Promise.all([parent, cache.blob(weights[0])].map((at) => stat(at).catch(() => undefined)));
  const isShared = disks[0]?.dev === disks[1]?.dev;
  await makeNewFolder(folder, bytesOf(small) + (isShared ? 0 : bytesOf(weights)), async (place) => {
    const put = (file: HubFile, act: (from: string, to: string) => Promise<void>) => {
      const to = path.join(place, file.path);
      return explained(to, 'written', act(cache.blob(file), to));
    };
    for (const file of small) await put(file, copyFile);
    for (const file of weights) await put(file, linkOrCopy);
    await writeOrigin(place, { hub: hub.name.model, revision: hub.name.revision, commit });
  });
}

const bytesOf = (files: readonly HubFile[]) => files.reduce((sum, { size }) => sum + size, 0);
