/** The three trees of the activity bar, and dragging in them. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { closeWorkbenches, until, Workbench } from './support';

describe('Trees', () => {
  closeWorkbenches();
  let workbench: Workbench;
  const read = (name: string) => readFileSync(join(workbench.folder, name), 'utf8');

  before(async () => {
    workbench = await Workbench.open();
    await workbench.showViews();
  });

  it('lists what the experiment reads', async () => {
    await workbench.row('Datasets', 'people').waitFor();
    await workbench.picture('trees');
  });
});
