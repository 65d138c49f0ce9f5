/** A folder that nobody trusts yet is read but not trained on, and the window says why and how to change that. */
import assert from 'node:assert/strict';
import { startServer } from '../../scripts/host.mjs';
import { closeWorkbenches, extension, runState, type Server, trainedWorkspace, until, Workbench } from './support';

describe('A workspace that is not trusted', () => {
  closeWorkbenches();
  let server: Server;
  let workbench: Workbench;
  const refusal = (what: string) => workbench.notification(`${what} needs a workspace that you trust.`);

  before(async () => {
    server = await startServer({ extension, trust: true });
    workbench = await Workbench.open({ server, folder: trainedWorkspace() });
    workbench.edit('people.pit.json', (text) => text.replace(/"recipes": .*/, '"recipes": ["cpt"],'));
    await workbench.page.locator('.statusbar-item', { hasText: 'Restricted Mode' }).waitFor();
    await workbench.showViews();
  });
  after(() => server?.close());

  it('shows datasets, schedule and what finished runs have measured', async () => {
    await workbench.expand('Datasets', /^test/);
    await workbench.row('Datasets', 'The Rhine').waitFor();
    await workbench.row('Schedule', 'test doc').waitFor();
    await workbench.row('Runs', /pit, seed 1.*EM/).waitFor();
    await workbench.command('PIT: Open Dashboard');
    await workbench.webview().getByRole('application').first().waitFor();
    await workbench.picture('restricted-dashboard');
    await workbench.openFile('data/train/qa.jsonl');
    await workbench.page.locator('.codelens-decoration', { hasText: /EM \d+\/50/ }).waitFor();
  });

  it('says that asking the model needs trust', async () => {
    await workbench.command('PIT: Ask the Model');
    await refusal('Asking the model').waitFor();
  });

  it('says that importing a model needs trust', async () => {
    await workbench.openFile('people.pit.json');
    await workbench.command('PIT: Choose Model…');
    await workbench.choice('From the Hub…').click();
    await refusal('Importing a model').waitFor();
  });

  it('says that training needs trust, and trains once trust was granted there', async () => {
    await workbench.command('PIT: Run PIT');
    await refusal('Training').waitFor();
    await workbench.picture('restricted-run');
    await refusal('Training').getByRole('button', { name: 'Manage Workspace Trust' }).click();
    await workbench.page.locator('.workspace-trust-editor').getByRole('button', { name: 'Trust', exact: true }).click();
    await workbench.page.locator('.statusbar-item', { hasText: 'Restricted Mode' }).waitFor({ state: 'hidden' });
    assert.equal(runState(workbench.folder, 'people/cpt-seed1'), undefined);
    await workbench.command('PIT: Run PIT');
    await until(() => runState(workbench.folder, 'people/cpt-seed1') === 'finished');
    await workbench.row('Runs', /cpt, seed 1.*EM/).waitFor();
  });
});
