/** How a model on the hub is named: `hub:OWNER/NAME`, with `@REVISION` for a branch, tag or commit other than `main`. */
import { UserError } from '../../errors';

export interface HubName {
  /** `OWNER/NAME`. */
  model: string;
  revision: string;
}

const prefix = 'hub:';
const part = '[\\w-][\\w.-]{0,95}';
const pattern = new RegExp(`^(${part}/${part})(?:@(${part}(?:/${part})*))?$`);

export const isHubName = (text: string) => text.startsWith(prefix);

/** Both parts become parts of paths and addresses, so nothing that could lead out of these gets through. */
export function parseHubName(text: string): HubName {
  const [, model, revision = 'main'] = pattern.exec(text.slice(prefix.length)) ?? [];
  if (!isHubName(text) || model === undefined || text.includes('..'))
    throw new UserError(`"${text}" names no model on the hub: write hub:OWNER/NAME or hub:OWNER/NAME@REVISION.`);
  return { model, revision };
}
