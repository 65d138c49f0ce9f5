/** How long the extension host of a real VS Code is held up while the extension works on many questions. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { launchBrowser } from '../scripts/browser.mjs';
import { startServer, windowAddress } from '../scripts/host.mjs';
import { ready } from '../scripts/ready.mjs';
import { addRun, makeMany } from './many';

const root = resolve(__dirname, '..');

/** The longest block in milliseconds, under what was done. */
export async function measureBlocks(questions: number): Promise<Record<string, number>> {
  ready();
  const folder = makeMany(questions);
  addRun(folder, questions);
  const scratch = mkdtempSync(join(tmpdir(), 'pit-blocks-'));
  try {
    return await measureIn(folder, scratch);
  } finally {
    for (const one of [folder, scratch]) rmSync(one, { recursive: true, force: true });
  }
}

async function measureIn(folder: string, scratch: string): Promise<Record<string, number>> {
  const tests = join(scratch, 'window.cjs');
  const out = join(scratch, 'found.json');
  await bundle(tests);
  const [server, browser] = await Promise.all([
    startServer({ driver: true, env: { PIT_BENCH_OUT: out } }),
    launchBrowser(),
  ]);
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    const said: string[] = [];
    await page.exposeFunction('codeAutomationLog', (_kind: string, words: unknown[]) => said.push(words.join(' ')));
    const left = new Promise<number>((done) => void page.exposeFunction('codeAutomationExit', done));
    await page.goto(windowAddress(server, { folder, extension: root, tests }), { waitUntil: 'commit' });
    if ((await left) !== 0) throw new Error(said.slice(-9).join('\n'));
    return JSON.parse(readFileSync(out, 'utf8')) as Record<string, number>;
  } finally {
    await browser.close();
    await server.close();
  }
}

async function bundle(outfile: string): Promise<void> {
  const entryPoints = [join(__dirname, 'blocks-window.ts')];
  await build({ entryPoints, outfile, bundle: true, platform: 'node', format: 'cjs', external: ['vscode'] });
}
