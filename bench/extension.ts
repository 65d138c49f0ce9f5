/** How long a real VS Code waits for the extension: to activate it, and to show a dataset of many questions. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installExtension, startServer } from '../scripts/host.mjs';
import { endSession, packThis, type Server, Workbench } from '../test/e2e/support';

const questionsEach = 5;
/** Milliseconds that a new window gets to come to rest. */
const rest = 5000;
const windows = 4;

export interface Waits {
  /** Milliseconds, as VS Code itself counts them: code loaded and `activate` returned. */
  activation: number;
  /** Milliseconds from opening a split to its portions of documents being on the screen. */
  opening: number;
  /** The same for the documents of a portion. */
  documents: number;
}

export async function measureExtension(questions: number): Promise<Waits> {
  const folder = makeDataset(questions / questionsEach);
  try {
    const workbench = await Workbench.open({ folder });
    await workbench.showViews();
    await workbench.row('Datasets', /^train/).waitFor();
    const opening = await timeOfOpening(workbench, /^train/, '1 to 500');
    const documents = await timeOfOpening(workbench, /^1 to 500/, 'Person 05 questions');
    await workbench.close();
    const activation = await timeOfActivation();
    return { activation, opening, documents };
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

/** The packed extension's least time in several windows. */
async function timeOfActivation(): Promise<number> {
  const data = mkdtempSync(join(tmpdir(), 'pit-packed-'));
  installExtension(data, packThis());
  const server = await startServer({ data });
  try {
    let least = Infinity;
    for (let i = 0; i < windows; i++) least = Math.min(least, await activationIn(server));
    return least;
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

function makeDataset(people: number): string {
  const folder = mkdtempSync(join(tmpdir(), 'pit-bench-'));
  mkdirSync(join(folder, 'data/train'), { recursive: true });
  const ids = Array.from({ length: people }, (_, i) => `person-${i}`);
  const documents = ids.map((id, i) => ({ wiki_id: id, title: `Person ${i}`, text: `Person ${i} is known for much.` }));
  const questions = ids.flatMap((id, i) =>
    Array.from({ length: questionsEach }, (_, fact) => ({
      wiki_id: id,
      question: `What is fact ${fact} of person ${i}?`,
      answer: `answer ${i * fact}`,
    })),
  );
  const write = (name: string, rows: object[]) =>
    writeFileSync(join(folder, 'data/train', name), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  write('doc.jsonl', documents);
  write('qa.jsonl', questions);
  const experiment = { name: 'many', model: { preset: 'nano' }, data: 'data', recipes: ['pit'] };
  writeFileSync(join(folder, 'many.pit.json'), JSON.stringify(experiment));
  return folder;
}
