/** New Experiment in a window without a folder: the window opens the folder that was chosen, and the experiment in it. */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { closeWorkbenches, Workbench } from './support';

describe('Without a folder', () => {
  closeWorkbenches();

  it('New Experiment asks for a folder, and the window comes back with it', async () => {
    const workbench = await Workbench.open({ folder: null });
    await workbench.showViews();
    await workbench.view('Runs').getByRole('button', { name: 'New Experiment…' }).click();
    await workbench.choice('A model from nothing').click();
    mkdirSync(join(workbench.folder, 'notes'));
    await workbench.takeFolder(workbench.folder, 'notes', 'Create Here');
    await workbench.page.locator('.tab.active', { hasText: 'experiment.pit.json' }).waitFor();
    await workbench.row('Schedule', 'pit').waitFor();
    await workbench.picture('no-folder');
    if (!existsSync(join(workbench.folder, 'own.qa'))) throw new Error('The sample stands elsewhere.');
  });
});
