/** Brings models from the hub and from GGUF files, as `pit import` does. Done in a worker thread (worker.ts). */
import { basename } from 'node:path';
import { importGguf } from '../../model/gguf/import';
import { askHub, importHub } from '../../model/hub/import';
import { parseHubName } from '../../model/hub/name';
import { TokenWanted } from '../../model/hub/refusals';
import { type HubSettings, hubSettings } from '../../model/hub/settings';
import { freeFolder } from '../../model/new-folder';
import { findImport } from '../../model/origin';
import { trainedConfig } from '../../trainer/starting-model';
import { paced } from '../paced';
import { described, settingFor } from './facts';
import type { HubOrder, Importing, TokenWish } from './protocol';

export const importJobs: Importing = {
  async askHub(order, experiment, { signal }) {
    const { model, revision } = parseHubName(order.name);
    const isIt = (hub: string, other: string) => hub === model && other === revision;
    const there = await findImport(order.imports, (origin) => 'hub' in origin && isIt(origin.hub, origin.revision));
    if (there !== undefined) return there;
    return wishing(async () => {
      const settings = await settingsFor(order);
      const { config, license, size } = await askHub(order.name, { settings, signal });
      const folder = await freeFolder(order.imports, basename(model));
      const about = { bytes: size.all, licence: license };
      const facts = described(await settingFor(experiment), trainedConfig(config, experiment, folder), about);
      return { facts, folder, missing: size.missing, cache: settings.cache };
    });
  },

  importHub: (order, to, watch) =>
    wishing(async () => {
      const { signal } = watch;
      const settings = await settingsFor(order);
      await importHub(order.name, { to, settings, signal, isThorough: true, onProgress: paced(watch) });
      return to;
    }),

  async importGguf(file, to, watch) {
    await importGguf(file, to, { signal: watch.signal, onProgress: paced(watch) });
    return to;
  },
};

/** In the window a token is set by a command, which needs no name. */
async function settingsFor({ token }: HubOrder): Promise<HubSettings> {
  return { ...(await hubSettings(token)), setToken: 'set' };
}

/** A refusal that a token may lift is a result, not a failure. */
async function wishing<T>(work: () => Promise<T>): Promise<T | TokenWish> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof TokenWanted) return { wantsToken: error.message };
    throw error;
  }
}
