/**
 * `npm run screenshots`: trains two recipes on the sample and takes the README's pictures of a real VS Code that shows
 * them, into `docs/screenshots/`. Takes some minutes.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { writeBiosSample } from '../src/sample/write';
import { endSession, Workbench } from '../test/e2e/support';

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
  } finally {
    await endSession();
    rmSync(folder, { recursive: true });
  }
}

function train(experiment: string): void {
  const { status } = spawnSync(process.execPath, [join(root, 'dist/cli.cjs'), 'run', experiment], { stdio: 'inherit' });
  if (status !== 0) throw new Error('The sample could not be trained.');
}

async function take(folder: string, theme: string, color: string): Promise<void> {
  const workbench = await Workbench.open({
    folder,
    settings: { 'workbench.colorTheme': color, 'editor.minimap.enabled': false },
  });
  await workbench.showViews();
  await workbench.row('Runs', /pit, seed 1.*EM/).waitFor();
  await workbench.expand('Datasets', /^test/);
  await workbench.expand('Schedule', /pit/);
  await workbench.command('PIT: Open Dashboard');
  await workbench.webview().getByRole('application').first().waitFor();
  await save(workbench, `dashboard-${theme}`);
  await workbench.command('View: Close All Editors');
  await workbench.openFile('data/test/qa.jsonl');
  await workbench.page.locator('.codelens-decoration', { hasText: /EM \d+/ }).waitFor();
  await save(workbench, `answers-${theme}`);
  await workbench.command('View: Close All Editors');
  await workbench.openFile('experiment.pit.json');
  await workbench.row('Schedule', 'test doc').waitFor();
  await save(workbench, `schedule-${theme}`);
  await workbench.close();
}

/** Without messages and tooltips. */
async function save({ page }: Workbench, name: string): Promise<void> {
  await page.keyboard.press('Escape');
  await page.mouse.move(900, 880);
  await page.screenshot({ path: join(pictures, `${name}.png`), animations: 'disabled' });
}
