/** What the README says of the repository, held against it. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dependencies, devDependencies } from '../../package.json';
import host from '../../vscode-host/package.json';

const root = join(__dirname, '../..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const rowsUnder = (heading: string) => {
  const lines = readme.slice(readme.indexOf(`| ${heading} |`)).split('\n');
  return lines.slice(2, lines.indexOf('')).map((line) => line.split('|').map((cell) => cell.trim()));
};
const namesIn = (cell: string) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name);

describe('the README', () => {
  it('has a row with a reason for every package, and for no other', () => {
    const rows = rowsUnder('package');
    const packages = [dependencies, devDependencies, host.dependencies, host.optionalDependencies].flatMap(Object.keys);
    assert.deepEqual(rows.flatMap(([, names]) => namesIn(names)).sort(), packages.sort());
    for (const [, names, use, why] of rows) assert.ok(use && why, names);
  });

  it('names every folder, and every room of the sources', () => {
    const ignored = readFileSync(join(root, '.gitignore'), 'utf8').split(/\/?\n/);
    const below = (folder: string) =>
      readdirSync(join(root, folder), { withFileTypes: true })
        .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.') && !ignored.includes(entry.name))
        .map(({ name }) => join(folder, name));
    const folders = [...below('').filter((name) => name !== 'src'), ...below('src')];
    const named = rowsUnder('folder').flatMap(([, names]) =>
      namesIn(names).map((name) => name.replace(/^samples\/.*/, 'samples')),
    );
    assert.deepEqual([...new Set(named)].sort(), folders.sort());
  });

  it('leads only to files that there are', () => {
    const links = [...readme.matchAll(/(?:\]\(|src="|srcset=")((?!https?:)[^)"#]+)/g)].map(([, link]) => link);
    assert.ok(links.length > 10);
    assert.deepEqual(
      links.filter((link) => !existsSync(join(root, link))),
      [],
    );
  });
});
