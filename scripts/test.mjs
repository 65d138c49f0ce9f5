/**
 * `npm test`: installs and builds what is missing, then runs every test, two suites at a time. Takes `--grep <pattern>`
 * and names of files and folders. The last line adds all up.
 */
import { spawn } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ready } from './ready.mjs';
import { softwareVulkan } from './vulkan.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const { values, positionals } = parseArgs({
  options: { grep: { type: 'string', short: 'g' } },
  allowPositionals: true,
});

ready();
const page = {
  title: 'Page',
  folder: 'test/page/',
  words: (files) => mocha(files, ['test/page/**/*.test.ts'], 120_000),
};
const webGpu = {
  title: 'WebGPU',
  folder: 'test/gpu/',
  words: (files) => mocha(files, ['test/gpu/**/*.test.ts'], 300_000),
  env: softwareVulkan,
};
const torch = {
  title: 'Torch',
  folder: 'test/torch/',
  words: (files) => mocha(files, ['test/torch/**/*.test.ts'], 600_000),
  missing: noTorch,
};
const extensionHost = {
  title: 'Extension host',
  folder: 'test/host/',
  words: (files) => ['scripts/test-host.mjs', ...grep(), ...files],
};
const workbench = {
  title: 'Workbench',
  folder: 'test/e2e/',
  words: (files) => [...mocha(files, ['test/e2e/**/*.spec.ts'], 300_000), '--require', './test/e2e/session.ts'],
};
const commandLine = {
  title: 'Command line',
  folder: 'test/cli/',
  words: (files) => mocha(files, ['test/cli/**/*.test.ts'], 120_000),
  env: withoutTorch,
  missing: () => undefined,
};
const library = {
  title: 'Library',
  words: (files) => mocha(files, ['test/unit/**/*.test.ts'], 120_000),
  env: withoutTorch,
  missing: () => undefined,
};
/** Begun in this order. The long ones come first, so that both lanes end at about the same time. */
const suites = [extensionHost, commandLine, torch, workbench, library, page, webGpu];
const waiting = suites.values();
let host;
const total = { passed: 0, failed: 0, skipped: 0 };
// With a third lane, two processors have too much to do at once.
await Promise.all([runInTurn(), runInTurn()]);
const { passed, failed, skipped } = total;
console.log(`${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;

/** One suite after another, of those that are waiting. */
async function runInTurn() {
  for (const suite of waiting) {
    const named = positionals.filter((file) => suiteOf(file) === suite);
    if (positionals.length > 0 && named.length === 0) continue;
    const lines = await runSuite(suite, named.flatMap(filesIn));
    console.log([`${suite.title}:`, ...lines].join('\n'));
  }
}

/** The file itself, or every test below a folder. */
function filesIn(name) {
  const at = resolve(root, name);
  if (!statSync(at, { throwIfNoEntry: false })?.isDirectory()) return [name];
  const below = readdirSync(at, { recursive: true }).filter((file) => /\.(test|spec)\.ts$/.test(file));
  return below.map((file) => join(name, file)).sort();
}

function suiteOf(file) {
  const within = ({ folder }) => folder && `${file}/`.replaceAll('\\', '/').includes(folder);
  return suites.find(within) ?? library;
}

function grep() {
  return values.grep ? ['--grep', values.grep] : [];
}

function mocha(files, all, timeout) {
  const program = ['node_modules/mocha/bin/mocha.js', '--no-config', '--node-option', 'import=tsx'];
  const how = ['--reporter', './test/reporter.ts', '--timeout', String(timeout), ...grep()];
  return [...program, ...how, ...(files.length > 0 ? files : all)];
}

/** Runs a suite and adds its last line, which has the numbers, to the total; gives its other lines. */
async function runSuite({ words, env: own = () => ({}), missing = noHost }, files) {
  const why = await missing();
  if (why) return [why];
  const env = { ...process.env, ...own(), ...(process.stdout.isTTY ? { FORCE_COLOR: '1' } : {}) };
  const child = spawn(process.execPath, words(files), { cwd: root, env, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise((done) => child.once('close', done));
  const lines = [];
  for await (const line of createInterface({ input: child.stdout })) lines.push(line);
  count(lines, await ended);
  return lines;
}

/** A suite that says no numbers, or ends badly and says that none has failed, counts as one that has. */
function count(lines, code) {
  const numbers = lines.map((line) => /^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/.exec(line)).findLast(Boolean);
  const [, passed = 0, failed = 0, skipped = 0] = (numbers ?? []).map((number) => Number(number ?? 0));
  const brokeDown = !numbers || (failed === 0 && code !== 0 && !values.grep);
  total.passed += passed;
  total.failed += brokeDown ? 1 : failed;
  total.skipped += skipped;
}

/** Where its tests look at a machine, it has no torch: trying that takes a minute, and has a suite of its own. */
function withoutTorch() {
  return { PIT_HOME: join(tmpdir(), 'pit-lab-without-torch'), PIT_TORCH_PYTHON: '' };
}

/** Why the learner in PyTorch can't be tested, where it can't: it is too large to be installed for every test. */
async function noTorch() {
  const { tsImport } = await import('tsx/esm/api');
  const { findInterpreter } = await tsImport('../src/engine/torch/environment.ts', import.meta.url);
  if (!findInterpreter())
    return 'Not run: there is no torch here. "npx pit setup torch" installs it; PIT_TORCH_PYTHON names a Python that has it.';
}

/** What keeps VS Code and a Chromium from being there; they are looked for once, and their lack is a failure. */
async function noHost() {
  const why = await (host ??= findHost());
  if (why) total.failed++;
  return why;
}

/** In a process of its own, so that other suites need not wait. */
async function findHost() {
  const child = spawn(process.execPath, ['scripts/install.mjs'], { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise((done) => child.once('close', done));
  const lines = [];
  for await (const line of createInterface({ input: child.stdout })) lines.push(line);
  return (await ended) === 0 ? undefined : lines.join('\n');
}
