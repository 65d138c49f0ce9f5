/**
 * A real VS Code without a desktop: code-server's build of it serves the workbench to a browser and runs extensions.
 * It lies in `vscode-host/`, is installed when first needed and never becomes a dependency of the product.
 */
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const home = join(root, 'vscode-host');
const modules = join(home, 'node_modules');
const vscode = join(modules, 'code-server/lib/vscode');
const stamp = join(modules, '.installed');
const neededNode = 24;

/** Installs VS Code where that is still to be done. Throws one sentence where it can't be. */
export function installHost() {
  const wanted = readFileSync(join(home, 'package-lock.json'), 'utf8');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  if (process.platform === 'win32')
    throw new Error('The VS Code for the browser does not run on Windows; use WSL, or install the .vsix.');
  console.error('Installing VS Code for the browser (about a minute, once) …');
  npm(home, 'ci');
  npm(vscode, 'install', '--omit=dev');
  npm(join(vscode, 'extensions'), 'install', '--omit=dev');
  if (!builds('@vscode/spdlog', '@vscode/native-watchdog'))
    console.error('There is no C++ compiler, so VS Code writes no log files; all else works.');
  writeFileSync(stamp, wanted);
}

/** The Node that runs VS Code: the package's where there is one for this machine, else this process's own. */
function node() {
  const packaged = join(modules, `node-${process.platform}-${process.arch}/bin/node`);
  if (existsSync(packaged)) return packaged;
  if (Number(process.versions.node.split('.')[0]) >= neededNode) return process.execPath;
  throw new Error(`VS Code for the browser needs Node ${neededNode} on this machine; this is ${process.version}.`);
}

/** Runs npm with the Node that will run what it installs. Scripts stay off: they would build what nothing here needs. */
function npm(folder, ...words) {
  const { status, stderr } = npmRun(folder, [...words, '--ignore-scripts', '--no-audit', '--no-fund']);
  if (status === 0) return;
  const [, why = `exit status ${status}`] = /^npm (?:error|ERR!) code (\S+)/m.exec(stderr) ?? [];
  throw new Error(`VS Code for the browser could not be installed: npm ${words[0]} failed (${why}) in ${folder}.`);
}

function builds(...packages) {
  return npmRun(vscode, ['rebuild', ...packages]).status === 0;
}

function npmRun(cwd, words) {
  const env = Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^npm_(config_(prefix|local_prefix|global_prefix|ignore_scripts)|package_|lifecycle_)/.test(name),
    ),
  );
  const packaged = existsSync(join(modules, 'code-server')) ? node() : process.execPath;
  env.PATH = [dirname(packaged), env.PATH].join(delimiter);
  env.npm_config_nodedir = dirname(dirname(packaged));
  return spawnSync('npm', words, { cwd, env, encoding: 'utf8', stdio: ['ignore', 'ignore', 'pipe'] });
}

/** What a window looks like in tests and pictures: nothing moves, nothing is fetched, nothing greets. */
const quiet = {
  'chat.disableAIFeatures': true,
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'git.openRepositoryInParentFolders': 'never',
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'window.commandCenter': false,
  'workbench.colorTheme': 'Default Dark Modern',
  'workbench.reduceMotion': 'on',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
};

/**
 * Starts the server; resolves when it listens.
 * @param {object} options
 * @param {string} [options.data] where settings and extensions are kept; a temporary folder unless given
 * @param {number} [options.port] any free one unless given
 * @param {object} [options.settings] more user settings for a new data folder
 * @param {string} [options.extension] the folder of an extension that every window loads as if it were installed
 * @param {boolean} [options.driver] windows may load tests and end themselves, but show no notifications
 * @param {boolean} [options.trust] ask whether to trust a folder, as a desktop does; else every folder is trusted
 * @param {object} [options.env] more environment variables for the extension host
 */
export async function startServer({ data, port = 0, settings = {}, extension, driver, trust, env = {} } = {}) {
  const temporary = data === undefined;
  const folder = data ?? mkdtempSync(join(tmpdir(), 'pit-vscode-'));
  writeSettings(folder, settings);
  if (extension) linkExtension(folder, extension);
  const token = randomBytes(16).toString('hex');
  const words = serverWords(folder, port, token);
  if (driver) words.push('--enable-smoke-test-driver');
  if (!trust) words.push('--disable-workspace-trust');
  const child = spawn(node(), words, {
    env: { ...process.env, EXTENSIONS_GALLERY: '{}', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise((done) => child.once('exit', done));
  const kill = () => child.kill();
  process.once('exit', kill);
  const close = async () => {
    process.off('exit', kill);
    child.kill();
    await ended;
    if (temporary) rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  };
  const address = await listening(child, ended);
  return { address, token, data: folder, close, ended };
}

function serverWords(folder, port, token) {
  const main = join(vscode, 'out/server-main.js');
  const place = ['--host', '127.0.0.1', '--port', String(port), '--connection-token', token];
  const quiet = ['--accept-server-license-terms', '--telemetry-level', 'off', '--force-disable-user-env'];
  return [main, ...place, ...quiet, '--server-data-dir', folder];
}

/** The address that the server says it listens at. */
function listening(child, ended) {
  let said = '';
  return new Promise((done, fail) => {
    const read = (text) => {
      said += text;
      const port = /Web UI available at http:\/\/[^:/]+:(\d+)/.exec(said)?.[1];
      if (port) done(`http://localhost:${port}`);
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    ended.then((code) => fail(new Error(`VS Code's server ended with ${code} before it listened.\n${said}`)));
  });
}

function writeSettings(data, settings) {
  const file = join(data, 'data/User/settings.json');
  if (existsSync(file)) return;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify({ ...quiet, ...settings }, null, 2));
}

/** VS Code takes every folder among its extensions for an installed one. */
function linkExtension(data, extension) {
  const { publisher, name, version } = JSON.parse(readFileSync(join(extension, 'package.json'), 'utf8'));
  const folder = join(data, 'extensions');
  mkdirSync(folder, { recursive: true });
  rmSync(join(folder, 'extensions.json'), { force: true });
  const ours = readdirSync(folder).filter((entry) => entry.startsWith(`${publisher}.${name}-`));
  for (const entry of ours) rmSync(join(folder, entry), { recursive: true, force: true });
  symlinkSync(resolve(extension), join(folder, `${publisher}.${name}-${version}`));
}

/** Installs a packed extension among those of a server's data folder. */
export function installExtension(data, vsix) {
  const words = [join(vscode, 'out/server-main.js'), '--accept-server-license-terms', '--server-data-dir', data];
  const env = { ...process.env, EXTENSIONS_GALLERY: '{}' };
  const { status, stdout, stderr } = spawnSync(node(), [...words, '--install-extension', vsix], {
    env,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${vsix} could not be installed:\n${stdout}${stderr}`);
}

/** The address of a window: its folder and, for a server with the driver, the extension and the tests it loads. */
export function windowAddress({ address, token }, { folder, extension, tests } = {}) {
  const remote = (path) => `vscode-remote://${new URL(address).host}${resolve(root, path)}`;
  const query = new URLSearchParams({ tkn: token });
  if (folder) query.set('folder', resolve(root, folder));
  else query.set('ew', 'true');
  const payload = [];
  if (extension) payload.push(['extensionDevelopmentPath', remote(extension)]);
  if (tests) payload.push(['extensionTestsPath', remote(tests)]);
  if (payload.length > 0) query.set('payload', JSON.stringify(payload));
  return `${address}/?${query}`;
}
