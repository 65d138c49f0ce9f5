/** The formats in which tables leave the program: one of them on stdout, and pictures in files of their own. */
import { existsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { UserError } from '../errors';
import { replaceFile } from '../run/files';
import { shown } from './output';

export interface FormatOptions {
  csv?: true;
  latex?: true;
  json?: true;
}

/** Adds the switches; Markdown is what a table is without one. */
export function addFormats(command: Command): Command {
  return command
    .addOption(new Option('--csv', 'CSV instead of Markdown, fractions from 0 to 1').conflicts(['latex', 'json']))
    .addOption(new Option('--latex', 'LaTeX instead of Markdown, for the booktabs package').conflicts('json'))
    .option('--json', 'everything as JSON');
}

/** Writes a file that was asked for and says so on stderr. */
export function writeOutput(path: string, text: string): void {
  const folder = dirname(resolve(path));
  if (!existsSync(folder)) throw new UserError(`${shown(folder)} does not exist, so ${path} can't be written.`);
  if (existsSync(path) && statSync(path).isDirectory()) throw new UserError(`${path} is a folder; name a file.`);
  replaceFile(resolve(path), text);
  console.error(`Written: ${path}`);
}
