/**
 * `npm run screenshots`: trains two recipes on the sample and takes the README's pictures of a real VS Code that shows
 * them, into `docs/screenshots/`; beside them it puts what the tests of the workbench see on their ways. Takes some
 * minutes.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { writeBiosSample } from '../src/sample/write';
import { endSession, until, Workbench } from '../test/e2e/support';

const root = resolve(__dirname, '..');
const pictures = join(root, 'docs/screenshots');

void main();

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'pit-pictures-'));
  try {
    mkdirSync(pictures, { recursive: true });
    train(await writeBiosSample(folder, join(root, 'samples/bios')));
    for (const [theme, color] of [
      ['dark', 'Default Dark Modern'],
      ['light', 'Default Light Modern'],
    ])
      await take(folder, theme, color);
    takeWays();
  } finally {
    await endSession();
    rmSync(folder, { recursive: true });
  }
}

/** Pictures that tests take, by the test. */
const ways: Record<string, string[]> = {
  'first-use': ['dashboard', 'inline-results'],
  drag: ['datasets', 'schedule'],
  reload: ['reloaded'],
  broken: ['broken'],
  model: ['models', 'import'],
  themes: ['theme-default-high-contrast', 'theme-default-high-contrast-light'],
};

function takeWays(): void {
  mkdirSync(join(pictures, 'tests'), { recursive: true });
  const specs = Object.keys(ways).map((name) => `test/e2e/${name}.spec.ts`);
  const { status } = spawnSync(process.execPath, [join(root, 'scripts/test.mjs'), ...specs], { stdio: 'inherit' });
  if (status !== 0) throw new Error('The tests of the workbench do not pass.');
  for (const name of Object.values(ways).flat())
    copyFileSync(join(root, 'dist-test/e2e', `${name}.png`), join(pictures, 'tests', `${name}.png`));
}

function train(experiment: string): void {
  const { status } = spawnSync(process.execPath, [join(root, 'dist/cli.cjs'), 'run', experiment], { stdio: 'inherit' });
  if (status !== 0) throw new Error('The sample could not be trained.');
}

async function take(folder: string, theme: string, color: string): Promise<void> {
  const workbench = await Workbench.open({
    folder,
    settings: {
      'workbench.colorTheme': color,
      'editor.minimap.enabled': false,
      '[jsonc]': { 'editor.wordWrap': 'on' },
    },
  });
  await workbench.showViews();
  await widen(workbench);
  await workbench.row('Runs', /pit, seed 1.*EM/).waitFor();
  await workbench.expand('Datasets', /^test/);
  await workbench.expand('Schedule', /pit/);
  await takeDashboard(workbench, theme);
  await takeAnswers(workbench, theme);
  await takeSchedule(workbench, theme);
  await workbench.close();
}

/** Makes the side bar so wide that most rows of its trees can be read. */
async function widen({ page }: Workbench): Promise<void> {
  const box = (await page.locator('.part.sidebar').boundingBox())!;
  const edge = box.x + box.width;
  await page.mouse.move(edge, 450);
  await page.mouse.down();
  await page.mouse.move(edge + 110, 450, { steps: 5 });
  await page.mouse.up();
}

/** As high as it needs to show the cards of the runs too. */
async function takeDashboard(workbench: Workbench, theme: string): Promise<void> {
  await workbench.page.setViewportSize({ width: 1400, height: 1090 });
  await workbench.command('PIT: Open Dashboard');
  const page = workbench.webview();
  await page.getByRole('application').first().waitFor();
  await page.locator('.result').first().waitFor();
  await save(workbench, `dashboard-${theme}`);
  await workbench.command('View: Close All Editors');
  await workbench.page.setViewportSize({ width: 1400, height: 900 });
}

async function takeAnswers(workbench: Workbench, theme: string): Promise<void> {
  await workbench.command('View: Toggle Primary Side Bar Visibility');
  await workbench.openFile('data/test/qa.jsonl');
  await workbench.page.locator('.codelens-decoration', { hasText: /EM \d+/ }).waitFor();
  for (const mark of ['✓', '✗']) await until(async () => (await workbench.said()).some(({ text }) => text === mark));
  await save(workbench, `answers-${theme}`);
  await workbench.command('View: Close All Editors');
  await workbench.command('View: Toggle Primary Side Bar Visibility');
}

async function takeSchedule(workbench: Workbench, theme: string): Promise<void> {
  await workbench.openFile('experiment.pit.json');
  await workbench.view('Datasets').locator('.pane-header').click();
  await workbench.view('Runs').locator('.pane-header').click();
  await workbench.expand('Schedule', '1. train QA + train doc');
  for (const row of ['Epoch 1', 'Step 1']) await workbench.expand('Schedule', row);
  await workbench.row('Schedule', '?').waitFor();
  await save(workbench, `schedule-${theme}`);
}

/** Without messages and tooltips. */
async function save({ page }: Workbench, name: string): Promise<void> {
  await page.keyboard.press('Escape');
  await page.mouse.move(900, 880);
  await page.screenshot({ path: join(pictures, `${name}.png`), animations: 'disabled' });
}
