/** A window that goes and comes back while a model trains finds the run again. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { RunFolder } from '../../src/run/folder';
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

  it('finds a run of which it was closed, and nothing of it is missing', async () => {
    const before = await Workbench.open();
    const { folder } = before;
    before.edit('people.pit.json', (text) => text.replace('[2, 2]', '[150, 4]').replace('"cpt", ', ''));
    await before.showViews();
    await before.row('Schedule', 'test doc').waitFor();
    await before.command('PIT: Run PIT');
    await before.row('Runs', /pit, seed 1.*(stage|step|left|%)/).waitFor();
    await before.leave();
    const events = () => RunFolder.open(join(folder, 'runs/people/pit-seed1')).readEvents().events;
    const steps = () => events().filter(({ type }) => type === 'step').length;
    const left = steps();
    await until(() => steps() > left);
    const workbench = await before.return();
    await workbench.showViews();
    await workbench.row('Runs', /pit, seed 1.*(stage|step|left|%)/).waitFor();
    assert.equal(runState(folder, 'people/pit-seed1'), 'running');
    await until(() => runState(folder, 'people/pit-seed1') === 'finished');
    await workbench.row('Runs', /pit, seed 1.*EM/).waitFor();
    const planned = events().map((event) => (event.type === 'stage-started' ? event.steps : 0));
    assert.equal(
      steps(),
      planned.reduce((sum, one) => sum + one, 0),
    );
    assert.equal(events().filter(({ type }) => type === 'started').length, 1);
  });
});
