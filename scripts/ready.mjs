/**
 * Makes a clone ready to run: installs what is missing and bundles what has changed. An installed package has no
 * sources and is ready as it is.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, lstatSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const oldestNode = [20, 9];

/** Ends the process with one sentence where that can't be done. */
export function ready() {
  if (isOlder(process.versions.node))
    stop(`PIT Lab needs Node ${oldestNode.join('.')} or later; this is ${process.version}.`);
  if (!existsSync(join(root, 'src'))) return;
  const installed = timeOf('node_modules/.package-lock.json');
  if (installed < timeOf('package-lock.json') && isLink('node_modules'))
    stop('node_modules is a link to packages that do not fit package-lock.json; install them where it leads.');
  if (installed < timeOf('package-lock.json')) run('Installing packages', 'npm', ['ci'], process.platform === 'win32');
  const sources = ['src', 'webview', 'package.json', 'esbuild.mjs'].map(newest);
  const bundles = ['dist/cli.cjs', 'dist/trainer.cjs', 'dist/extension.cjs'].map(timeOf);
  if (Math.min(...bundles) < Math.max(...sources)) run('Building', process.execPath, ['esbuild.mjs']);
}

function isOlder(version) {
  const [major, minor] = version.split('.').map(Number);
  return major < oldestNode[0] || (major === oldestNode[0] && minor < oldestNode[1]);
}

/** Installing would empty the folder behind a link, which others may use. */
function isLink(name) {
  return lstatSync(join(root, name), { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
}

/** When a file was last changed; 0 where there is none. */
function timeOf(name) {
  return statSync(join(root, name), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/** When a file, or anything below a folder, was last changed. */
function newest(name) {
  if (!statSync(join(root, name)).isDirectory()) return timeOf(name);
  return Math.max(timeOf(name), ...readdirSync(join(root, name)).map((entry) => newest(join(name, entry))));
}

/** Results belong to stdout, so all that is said here goes to stderr. */
function run(doing, program, words, shell = false) {
  console.error(`${doing} …`);
  const { status } = spawnSync(program, words, { cwd: root, shell, stdio: ['ignore', process.stderr, 'inherit'] });
  if (status !== 0) stop(`${doing} did not succeed: ${[program, ...words].join(' ')} ended with ${status}.`);
}

function stop(sentence) {
  console.error(sentence);
  process.exit(1);
}
