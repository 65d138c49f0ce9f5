/** The licence of a model, as its own card names it: the front matter of `README.md`, which model hubs read. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'yaml';

/** Undefined where the folder has no card, or one that names none. */
export async function licenceOf(folder: string): Promise<string | undefined> {
  const card = await readFile(path.join(folder, 'README.md'), 'utf8').catch(() => '');
  const [, head = ''] = /^---\r?\n([\s\S]*?)\r?\n---/.exec(card) ?? [];
  try {
    const { license } = (parse(head) ?? {}) as { license?: unknown };
    return typeof license === 'string' && /^[\w.-]+$/.test(license) ? license : undefined;
  } catch {
    return undefined;
  }
}
