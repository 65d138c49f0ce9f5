/** What it means for a person when the hub refuses or can't be reached, each in one sentence. */
import { UserError } from '../../errors';
import type { HubName } from './name';
import type { HubSettings } from './settings';

/** A refusal that a token, or another than the one that was shown, may lift. */
export class TokenWanted extends UserError {}

/** The hub says in headers why it refuses. */
export function refusal(response: Response, { model, revision }: HubName, settings: HubSettings): UserError {
  const { endpoint, token, setToken = 'set HF_TOKEN to' } = settings;
  const { status, headers } = response;
  const page = `${endpoint}/${model}`;
  const code = headers.get('X-Error-Code');
  if (code === 'GatedRepo')
    return new TokenWanted(
      token
        ? `${model} is gated: ask for access at ${page} with the account that the token belongs to.`
        : `${model} is gated: ask for access at ${page}, then ${setToken} a token of the account that got it.`,
    );
  if (code === 'RevisionNotFound') return new UserError(`${model} has no revision "${revision}": see ${page}.`);
  // Without this message 401 stands for a model that is not there or not shown.
  if (status === 401 && /credentials/i.test(headers.get('X-Error-Message') ?? ''))
    return new TokenWanted(`The hub does not accept the token: ${setToken} one from ${endpoint}/settings/tokens.`);
  if (status === 401 || status === 404)
    return new UserError(
      `The hub shows no model ${model}: check the spelling at ${page}; for a private one, ${setToken} a token that may read it.`,
    );
  if (status === 403) return new UserError(`The hub does not let this account read ${model}: see ${page}.`);
  if (status === 429)
    return new UserError(
      `${endpoint} has had too many requests: wait some minutes and try again; a token allows more.`,
    );
  return new UserError(`${endpoint} answers with status ${status}: try again later.`);
}

/** A request that got no answer. */
export function unreachable(error: unknown, endpoint: string): UserError {
  const { cause = error } = error as { cause?: { code?: string; message?: string } };
  const { code, message } = cause as { code?: string; message?: string };
  return new UserError(
    `${endpoint} can't be reached (${code ?? message}): check the connection, and HF_ENDPOINT if it is set.`,
  );
}

/** An answer that is no hub's, as the sign-in page of a network gives. */
export function oddAnswer(endpoint: string, why: string): UserError {
  return new UserError(`${endpoint} does not answer as the hub does: ${why}.`);
}
