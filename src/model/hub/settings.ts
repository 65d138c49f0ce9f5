/** Where the hub is, who asks, and where the models lie that it gave: the variables that Hugging Face's own tools read. */
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { getHFHubCachePath, HUB_URL } from '@huggingface/hub';
import { UserError } from '../../errors';

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
  return { endpoint: endpoint(), cache: hubCache(), token: given ?? (await token()) };
}

/** Whether a text has the form of the hub's tokens. */
export const isToken = (text: string) => /^hf_\w+$/.test(text);

/** The folder that holds a folder for each model, whether or not it is there. */
export const hubCache = () => path.resolve(getHFHubCachePath());

function endpoint(): string {
  const given = process.env.HF_ENDPOINT || HUB_URL;
  if (!/^https?:\/\//.test(given) || !URL.canParse(given))
    throw new UserError(`HF_ENDPOINT is "${given}", which is no address that begins with http:// or https://.`);
  return given.replace(/\/+$/, '');
}

/** The variable, or else what `hf auth login` has kept. */
async function token(): Promise<string | undefined> {
  const { HF_TOKEN, HF_TOKEN_PATH, HF_HOME, XDG_CACHE_HOME } = process.env;
  const home = HF_HOME ?? path.join(XDG_CACHE_HOME ?? path.join(homedir(), '.cache'), 'huggingface');
  const kept = () => readFile(HF_TOKEN_PATH ?? path.join(home, 'token'), 'utf8').catch(() => '');
  const found = (HF_TOKEN || (await kept())).trim();
  if (found !== '' && !isToken(found))
    throw new UserError(
      'The token in HF_TOKEN is none of the hub: it must begin with "hf_" and hold letters and digits.',
    );
  return found || undefined;
}
