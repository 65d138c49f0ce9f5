/** Dragging in both trees changes the files, and undo takes it back. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { closeWorkbenches, insist, until, Workbench } from './support';

describe('Drag and drop', () => {
  closeWorkbenches();
  let workbench: Workbench;
  const read = (name: string) => readFileSync(join(workbench.folder, name), 'utf8');

  before(async () => {
    workbench = await Workbench.open();
    workbench.edit('people.pit.json', (text) => text.replace('"cpt", ', ''));
    await workbench.showViews();
  });

  it('moves a stage of the schedule before another', async () => {
    const stages = async () => (await workbench.rows('Schedule')).filter((row) => /^\s*\d\. /.test(row));
    await workbench.row('Schedule', '2. test doc').dragTo(workbench.row('Schedule', '1. train QA'));
    await workbench.row('Schedule', '1. test doc').waitFor();
    assert.match((await stages())[1], /train QA/);
    await workbench.picture('schedule');
  });

  it('moves a question of the data below another, and undo takes it back', async () => {
    const before = read('rivers.qa');
    await workbench.expand('Datasets', /^test/);
    await workbench.expand('Datasets', 'The Rhine');
    const question = (text: string) => workbench.row('Datasets', text);
    const isFirst = async (text: string) =>
      (await workbench.rows('Datasets')).find((row) => row.includes('the Rhine'))?.includes(text) ?? false;
    await insist(
      () => question('Where does the Rhine rise?').dragTo(question('Into which sea does the Rhine flow?')),
      () => isFirst('Into which sea'),
    );
    await workbench.picture('datasets');
    await workbench.openFile('rivers.qa');
    await insist(
      async () => {
        await workbench.page.locator('.view-lines').first().click();
        await workbench.page.keyboard.press('Control+Z');
      },
      () => isFirst('Where does'),
    );
    await workbench.page.keyboard.press('Control+S');
    await until(() => read('rivers.qa') === before);
  });
});
