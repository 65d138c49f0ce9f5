/** Who asks the hub: a token, as Hugging Face's own tools find it. */
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { UserError } from '../../errors';

/** Whether a text has the form of the hub's tokens. */
export const isToken = (text: string) => /^hf_\w+$/.test(text);

/** The variable, or else what `hf auth login` has kept. @throws UserError for one that can't be a token */
export async function foundToken(): Promise<string | undefined> {
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
