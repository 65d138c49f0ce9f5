/** What a newcomer does: New Experiment, Run PIT, the live dashboard, and the answers beside the questions. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { closeWorkbenches, runState, until, Workbench } from './support';

/** Questions that are kept, so that answering them takes seconds. */
const asked = 100;

describe('First use', () => {
  closeWorkbenches();
  let workbench: Workbench;
  const file = () => join(workbench.folder, 'experiment.pit.json');

  before(async () => {
    workbench = await Workbench.open({ folder: 'test/fixtures/empty' });
    await workbench.showViews();
  });

  it('says in every empty view what to do', async () => {
    for (const view of ['Datasets', 'Schedule'])
      await workbench.view(view).getByRole('button', { name: 'New Experiment…' }).waitFor();
    await workbench.view('Runs').getByRole('button', { name: 'Run PIT' }).waitFor();
  });

  it('writes a sample, opens its file and shows its schedule', async () => {
    await workbench.view('Schedule').getByRole('button', { name: 'New Experiment…' }).click();
    await workbench.choice('A model that can answer').click();
    await workbench.choice('workspace').click();
    await workbench.page.locator('.tab.active', { hasText: 'experiment.pit.json' }).waitFor();
    await workbench.notification('The experiment is ready').waitFor();
    await workbench.row('Schedule', 'Pre-instruction-tuning').waitFor();
  });

  it('trains what is ticked, and the dashboard follows', async () => {
    const brief = readFileSync(file(), 'utf8').replace(/"epochs": \[\d+, \d+\]/g, '"epochs": [2, 2]');
    writeFileSync(file(), brief.replace('"trainQuestions": 100', '"trainQuestions": 5, "bootstrap": 50'));
    workbench.edit('data/test/qa.jsonl', (text) => text.split('\n').slice(0, asked).join('\n'));
    await workbench.notification('The experiment is ready').getByRole('button', { name: 'Run PIT' }).click();
    await workbench.choice('Standard instruction-tuning').click();
    await workbench.page.keyboard.press('Enter');
    await workbench.row('Runs', 'pit, seed 1').waitFor();
    await workbench.command('PIT: Open Dashboard');
    const page = workbench.webview();
    await page.getByRole('application').first().waitFor();
    await workbench.picture('dashboard');
    await until(() => runState(workbench.folder, 'first/pit-seed1') === 'finished');
    await page
      .getByText(/finished/i)
      .first()
      .waitFor();
  });

  it("writes the model's answers behind the questions", async () => {
    await workbench.openFile('data/test/qa.jsonl');
    await workbench.page.locator('.codelens-decoration', { hasText: new RegExp(`EM \\d+/${asked}`) }).waitFor();
    const verdicts = workbench.page.locator('.view-lines [class*="ced-"]');
    await verdicts.first().waitFor({ state: 'attached' });
    assert.ok((await verdicts.count()) > 5);
    await workbench.picture('inline-results');
  });
});
