/** How long a real VS Code waits for the extension: to activate it, and to show a dataset of many questions. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installExtension, startServer } from '../scripts/host.mjs';
import { ready } from '../scripts/ready.mjs';
import { endSession, packThis, type Server, Workbench } from '../test/e2e/support';
import { makeMany } from './many';

/** Milliseconds that a new window gets to come to rest. */
const rest = 5000;
const windows = 7;

export interface Waits {
  /** Milliseconds, as VS Code itself counts them in several windows: code loaded and `activate` returned. */
  activations: number[];
  /** Milliseconds from opening a split to its portions of documents being on the screen. */
  opening: number;
  /** The same for the documents of a portion. */
  documents: number;
}

export async function measureExtension(questions: number): Promise<Waits> {
  ready();
  const folder = makeMany(questions);
  try {
    const workbench = await Workbench.open({ folder });
    await workbench.showViews();
    await workbench.row('Datasets', /^train/).waitFor();
    const opening = await timeOfOpening(workbench, /^train/, '1 to 500');
    const documents = await timeOfOpening(workbench, /^1 to 500/, 'Person 05 questions');
    await workbench.close();
    const activations = await timesOfActivation();
    return { activations, opening, documents };
  } finally {
    await endSession();
    rmSync(folder, { recursive: true });
  }
}

/** From a click that opens a row for the first time to the row below it being there. */
async function timeOfOpening(workbench: Workbench, parent: RegExp, child: string): Promise<number> {
  const row = workbench.row('Datasets', parent);
  if ((await row.getAttribute('aria-expanded')) !== 'false') throw new Error(`${parent} is open already.`);
  await workbench.page.evaluate(
    `window.opening = new Promise((done) => addEventListener('click', () => {
      const start = performance.now();
      const look = () => {
        const rows = [...document.querySelectorAll('.pane .monaco-list-row')];
        if (rows.some((row) => row.textContent.startsWith(${JSON.stringify(child)}))) done(performance.now() - start);
        else requestAnimationFrame(look);
      };
      look();
    }, { once: true, capture: true })); 0`,
  );
  await row.click();
  return workbench.page.evaluate<number>('opening');
}

/** The packed extension's times. */
async function timesOfActivation(): Promise<number[]> {
  const data = mkdtempSync(join(tmpdir(), 'pit-packed-'));
  installExtension(data, packThis());
  const server = await startServer({ data });
  try {
    const times: number[] = [];
    for (let i = 0; i < windows; i++) times.push(await activationIn(server));
    return times;
  } finally {
    await server.close();
    rmSync(data, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}

/** In a window that has come to rest, for VS Code counts what else the machine does meanwhile. */
async function activationIn(server: Server): Promise<number> {
  const workbench = await Workbench.open({ folder: 'test/fixtures/empty', server });
  await workbench.page.waitForTimeout(rest);
  await workbench.showViews();
  await workbench.view('Runs').getByRole('button', { name: 'Run PIT' }).waitFor();
  await workbench.command('Developer: Show Running Extensions');
  const row = workbench.page.locator('.runtime-extensions-editor .monaco-list-row', { hasText: 'PIT Lab' });
  const text = await row.locator('.activation-time').innerText();
  await workbench.close();
  return Number(/(\d+)\s*ms/.exec(text)![1]);
}
