/** The licence of a model, as its own card names it: the front matter of `README.md`, which model hubs read. */
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'yaml';
import { explained } from './files';

/** How hubs name licences: `apache-2.0`. */
export const isLicence = (text: unknown): text is string => typeof text === 'string' && /^[\w.-]+$/.test(text);

/** Undefined where the folder has no card, or one that names none. */
export async function licenceOf(folder: string): Promise<string | undefined> {
  const card = await readFile(path.join(folder, 'README.md'), 'utf8').catch(() => '');
  const [, head = ''] = /^---\r?\n([\s\S]*?)\r?\n---/.exec(card) ?? [];
  try {
    const { license } = (parse(head) ?? {}) as { license?: unknown };
    return isLicence(license) ? license : undefined;
  } catch {
    return undefined;
  }
}

/** Writes a card that names the licence. @param from says what the model was made from */
export async function writeLicence(folder: string, license: string, from: string): Promise<void> {
  const card = path.join(folder, 'README.md');
  await explained(card, 'written', writeFile(card, `---\nlicense: ${license}\n---\n\n${from}\n`));
}
