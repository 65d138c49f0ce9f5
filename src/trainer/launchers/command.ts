/** Runs that a command of the experiment file starts: a program with words, never a shell. */
import { join } from 'node:path';
import { UserError } from '../../errors';
import type { RunFolder } from '../../run/folder';

/**
 * The words with their places filled in.
 * @throws UserError for a path that a shell on the way, such as that of ssh, would take for something else
 */
export function commandFor(run: RunFolder, words: readonly string[]): string[] {
  const places: Record<string, string> = {
    run: run.path,
    node: process.execPath,
    trainer: join(__dirname, 'trainer.cjs'),
  };
  return words.map((word) => word.replace(/\{(run|node|trainer)\}/g, (_, name: string) => plain(places[name])));
}

function plain(path: string): string {
  if (/^[\w@%+=:,./\\-]+$/.test(path)) return path;
  throw new UserError(
    `The command can't be given ${path}: a shell on the way would read some of its characters otherwise; ` +
      'choose another folder with --out, and names of letters and digits.',
  );
}
