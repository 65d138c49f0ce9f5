/** A window that goes and comes back while a model trains finds the run again. */
import { closeWorkbenches, runState, until, Workbench } from './support';

describe('Reload', () => {
  closeWorkbenches();

  it('finds a run that trains on after the window was reloaded', async () => {
    const workbench = await Workbench.open();
    workbench.edit('people.pit.json', (text) => text.replace('[2, 2]', '[60, 4]').replace('"cpt", ', ''));
    await workbench.showViews();
    await workbench.row('Schedule', 'test doc').waitFor();
    await workbench.command('PIT: Run PIT');
    await workbench.row('Runs', 'pit, seed 1').waitFor();
    await until(() => runState(workbench.folder, 'people/pit-seed1') === 'running');
    await workbench.reload();
    await workbench.showViews();
    await workbench.row('Runs', /pit, seed 1.*(stage|step|left|%)/).waitFor();
    await workbench.picture('reloaded');
    await workbench.page
      .locator('.statusbar-item', { hasText: /PIT|Pre-instruction|pit/ })
      .first()
      .waitFor();
    await until(() => runState(workbench.folder, 'people/pit-seed1') === 'finished');
    await workbench.row('Runs', /pit, seed 1.*EM/).waitFor();
  });
});
