/** A window that is reloaded, and one that is closed and opened again, while a model trains find the run again. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { RunFolder } from '../../src/run/folder';
import { listCheckpoints } from '../../src/trainer/checkpoints';
import { closeWorkbenches, runState, until, Workbench } from './support';

describe('A run that trains', () => {
  closeWorkbenches();
  let workbench: Workbench;
  const state = () => runState(workbench.folder, 'people/pit-seed1');
  const run = () => RunFolder.open(join(workbench.folder, 'runs/people/pit-seed1'));
  const events = () => run().readEvents().events;
  const steps = () => events().filter(({ type }) => type === 'step').length;
  const atWork = () => workbench.row('Runs', /pit, seed 1.*(stage|step|left|%)/).waitFor();

  it('is found after the window was reloaded', async () => {
    workbench = await Workbench.open();
    workbench.edit('people.pit.json', (text) => text.replace('[2, 2]', '[10000, 4]').replace('"cpt", ', ''));
    await workbench.showViews();
    await workbench.row('Schedule', 'test doc').waitFor();
    await workbench.command('PIT: Run PIT');
    await workbench.row('Runs', 'pit, seed 1').waitFor();
    await until(() => state() === 'running');
    await workbench.reload();
    await workbench.showViews();
    await atWork();
    await workbench.picture('reloaded');
    await workbench.page
      .locator('.statusbar-item', { hasText: /PIT|Pre-instruction|pit/ })
      .first()
      .waitFor();
  });

  it('trains on when the window is closed, and nothing of it is missing in the next one', async () => {
    await workbench.leave();
    const left = steps();
    await until(() => steps() > left);
    workbench = await workbench.return();
    await workbench.showViews();
    await atWork();
    assert.equal(state(), 'running');
    run().requestStop();
    await until(() => state() === 'stopped');
    await workbench.row('Runs', /pit, seed 1.*stopped/).waitFor();
    assert.equal(listCheckpoints(run()).at(-1)!.name, `stage-1-step-${steps()}`);
    assert.equal(events().filter(({ type }) => type === 'started').length, 1);
  });
});
