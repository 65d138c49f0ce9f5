/**
 * `npm run test:host`: the tests of `test/host` with mocha inside a real extension host, each folder of them in a window of
 * its own on a fresh copy of `test/fixtures/workspace`. Takes `--grep <pattern>` and names of files.
 */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, dirname, join, sep } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { installHost, startServer, windowAddress } from './host.mjs';
import { ready } from './ready.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const longest = 10 * 60_000;
const { values, positionals } = parseArgs({
  options: { grep: { type: 'string', short: 'g' } },
  allowPositionals: true,
});

ready();
installHost();
// A clone has these packages only now.
const { build } = await import('esbuild');
const { launchBrowser } = await import('./browser.mjs');
const scratch = mkdtempSync(join(tmpdir(), 'pit-host-'));
const bundles = makeBundlesFolder();
const total = { passes: 0, failures: 0, pending: 0 };
const inbox = await openInbox();
// In a browser VS Code saves by itself a second after an edit, on a desktop it doesn't.
const settings = { 'files.autoSave': 'off' };
const [server, browser] = await Promise.all([
  startServer({ driver: true, env: settingsOfTests(), settings }),
  launchBrowser(),
]);
try {
  const windows = testFiles();
  await bundle(windows);
  for (const [name] of windows) await runWindow(name);
} finally {
  await browser.close();
  await server.close();
  inbox.close();
  for (const folder of [scratch, bundles]) rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
}
const { passes, failures, pending } = total;
console.log(`${passes} passed, ${failures} failed${pending ? `, ${pending} skipped` : ''}`);
process.exitCode = failures > 0 || passes === 0 ? 1 : 0;

/** Those that are asked for, or all, by the folder that shares a window. */
function testFiles() {
  const all = readdirSync(join(root, 'test/host'), { recursive: true }).filter((file) => file.endsWith('.test.ts'));
  const wanted = positionals.map((file) => basename(file));
  const unknown = wanted.filter((name) => all.every((file) => basename(file) !== name));
  if (unknown.length > 0) throw new Error(`There is no ${unknown.join(', ')} in test/host.`);
  const chosen = wanted.length > 0 ? all.filter((file) => wanted.includes(basename(file))) : all;
  const windows = new Map();
  for (const file of chosen.sort()) windows.set(dirname(file), [...(windows.get(dirname(file)) ?? []), file]);
  return windows;
}

/** Inside the repository, so that packages are found; one for each process, so that two don't meet. */
function makeBundlesFolder() {
  mkdirSync(join(root, 'dist-test'), { recursive: true });
  return mkdtempSync(join(root, 'dist-test/host-'));
}

function settingsOfTests() {
  const { grep = '' } = values;
  return {
    PIT_TEST_SOCKET: join(scratch, 'inbox'),
    PIT_TEST_GREP: grep,
    PIT_TEST_COLOR: process.stdout.isTTY ? '1' : '',
  };
}

/** One bundle for each window: `test/host/run.ts` with the files to run. */
async function bundle(windows) {
  const contents = (name) => {
    const files = windows.get(name).map((file) => `require('./${file.replaceAll(sep, '/')}')`);
    return `import { runTests } from './run'; export const run = () => runTests(() => { ${files.join('; ')} });`;
  };
  const entries = {
    name: 'entries',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^entry:/ }, ({ path }) => ({ path: path.slice('entry:'.length), namespace: 'entry' }));
      onLoad({ filter: /.*/, namespace: 'entry' }, ({ path }) => ({
        contents: contents(path),
        resolveDir: join(root, 'test/host'),
      }));
    },
  };
  await build({
    entryPoints: [...windows.keys()].map((name) => ({ in: `entry:${name}`, out: name })),
    plugins: [entries],
    outdir: bundles,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    sourcemap: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    mainFields: ['module', 'main'],
    external: ['vscode', 'mocha', 'onnxruntime-node'],
    logLevel: 'warning',
  });
}

/** Opens a window on a fresh workspace, and waits until its tests are over. */
async function runWindow(name) {
  const folder = join(scratch, name, 'workspace');
  cpSync(join(root, 'test/fixtures/workspace'), folder, { recursive: true });
  const report = inbox.next();
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  const said = [];
  await page.exposeFunction('codeAutomationLog', (_kind, words) => said.push(words.join(' ')));
  const left = new Promise((done) => page.exposeFunction('codeAutomationExit', () => done()));
  const crashed = new Promise((done) => page.once('crash', done));
  const late = new Promise((done) => setTimeout(done, longest).unref());
  const tests = join(bundles, `${name}.cjs`);
  await page.goto(windowAddress(server, { folder, extension: root, tests }), { waitUntil: 'commit', timeout: longest });
  await Promise.race([left, crashed, late]);
  if (!report.stats)
    console.log(`The tests in ${name} ended without a verdict. The window said:\n${said.slice(-30).join('\n')}`);
  const stats = report.stats ?? { passes: 0, failures: 1, pending: 0 };
  for (const key of Object.keys(total)) total[key] += stats[key];
  await page.close();
}

/** Where the tests write: lines of JSON, either something to print or the numbers at the end. */
async function openInbox() {
  let report = {};
  const listener = createServer((connection) => {
    createInterface({ input: connection }).on('line', (line) => {
      const { print, stats } = JSON.parse(line);
      if (print !== undefined) console.log(print);
      if (stats) report.stats = stats;
    });
  });
  await new Promise((done) => listener.listen(join(scratch, 'inbox'), done));
  return { next: () => (report = {}), close: () => listener.close() };
}
