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
  /** Bytes that are there, of all that had to come. */
  done: number;
  total: number;
}

export interface HubImportOptions {
  /** A folder to put the model into as well, new or empty; it then is the result. */
  to?: string;
  settings?: HubSettings;
  signal?: AbortSignal;
  onProgress?: (arrived: Arrived) => void;
}

/** @throws UserError if it can't be had or used, and the signal's reason if it is aborted; what has come is kept. */
export async function importHub(text: string, options: HubImportOptions = {}): Promise<Brought> {
  const name = parseHubName(text);
  if (options.to !== undefined) await refuseUsed(options.to);
  const settings = options.settings ?? (await hubSettings());
  const hub = new HubModel(name, settings, options.signal);
  const { commit, license, files } = await hub.look();
  const choice = await chooseFiles(hub.page, files, (file) => jsonOf(hub, commit, file));
  const config = await readConfigOf(hub, commit, choice);
  const cache = new ModelCache(settings.cache, name.model);
  const all = [...choice.small, ...choice.weights];
  const missing = cache.missing(all);
  await bring(missing, { hub, commit, cache, choice, config, options });
  const snapshot = await cache.link(commit, name.revision, all);
  await readModelFolder(snapshot);
  if (options.to !== undefined) await place(options.to, cache, choice);
  const size = { all: bytesOf(all), downloaded: bytesOf(missing) };
  return { model: name.model, commit, license, folder: options.to ?? snapshot, size };
}

interface Journey {
  hub: HubModel;
  commit: string;
  cache: ModelCache;
  choice: Choice;
  config: ModelConfig;
  options: HubImportOptions;
}

async function bring(missing: HubFile[], journey: Journey): Promise<void> {
  const { hub, commit, cache, choice, options } = journey;
  await cache.prepare(missing);
  const total = bytesOf(missing);
  let done = 0;
  const come = async (file: HubFile) => {
    const onBytes = (count: number) => options.onProgress?.({ file: file.path, done: (done += count), total });
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
async function place(folder: string, cache: ModelCache, { small, weights }: Choice): Promise<void> {
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
  });
}

const bytesOf = (files: readonly HubFile[]) => files.reduce((sum, { size }) => sum + size, 0);
