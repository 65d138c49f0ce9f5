/** Where the hub is, who asks, and where the models lie that it gave: the variables that Hugging Face's own tools read. */
import path from 'node:path';
import { getHFHubCachePath, HUB_URL } from '@huggingface/hub';
import { UserError } from '../../errors';
import { foundToken } from './token';

export interface HubSettings {
  /** Without a slash at its end. */
  endpoint: string;
  /** Folder that holds a folder for each model. */
  cache: string;
  token?: string;
  /** How refusals ask for a token, before the words that say which; `set HF_TOKEN to` unless given. */
  setToken?: string;
}

/**
 * @param given a token that goes before all others
 * @throws UserError for a value that can't be used
 */
export async function hubSettings(given?: string): Promise<HubSettings> {
  if (/^(1|on|yes|true)$/i.test(process.env.HF_HUB_OFFLINE ?? ''))
    throw new UserError('HF_HUB_OFFLINE is set, so nothing is downloaded.');
  return { endpoint: endpoint(), cache: hubCache(), token: given ?? (await foundToken()) };
}

/** The folder that holds a folder for each model, whether or not it is there. */
export const hubCache = () => path.resolve(getHFHubCachePath());

function endpoint(): string {
  const given = process.env.HF_ENDPOINT || HUB_URL;
  if (!/^https?:\/\//.test(given) || !URL.canParse(given))
    throw new UserError(`HF_ENDPOINT is "${given}", which is no address that begins with http:// or https://.`);
  return given.replace(/\/+$/, '');
}
