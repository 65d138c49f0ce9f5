/** Charts and tables leave the window through its save dialog, and say what the run folder says. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'papaparse';
import { RunFolder } from '../../src/run/folder';
import { summarizeRun } from '../../src/run/summary';
import { closeWorkbenches, trainedWorkspace, until, Workbench } from './support';

describe('Exports', () => {
  closeWorkbenches();
  let workbench: Workbench;
  const file = (name: string) => join(workbench.folder, name);
  const summary = () => summarizeRun(RunFolder.open(file('runs/people/pit-seed1')));

  before(async () => {
    workbench = await Workbench.open({ folder: trainedWorkspace() });
    await workbench.showViews();
    await workbench.row('Runs', /pit, seed 1.*EM/).waitFor();
    await workbench.command('PIT: Open Dashboard');
    await workbench.webview().getByRole('application').first().waitFor();
  });

  /** Answers the dialog with a file of the folder; gives what is then in it. */
  async function saved(name: string): Promise<Buffer> {
    await until(async () => (await workbench.input.inputValue()) === file(join('runs/people', name)));
    await workbench.picture(`save-${name}`);
    await workbench.fillPath(file(name));
    // The list shows the folder once the dialog has taken the name in.
    await workbench.choice('data').waitFor();
    await workbench.page.locator('.quick-input-widget').getByRole('button', { name: 'OK' }).click();
    await workbench.notification(`Written: ${name}`).waitFor();
    return readFileSync(file(name));
  }

  it('saves a chart as SVG, with every step of the run', async () => {
    await workbench.webview().locator('.plot-loss').first().getByRole('button', { name: 'Save as SVG' }).click();
    const text = (await saved('loss.svg')).toString();
    const [, path] = /<path class="line" d="M([^"]+)"/.exec(text)!;
    const heights = path.split('L').map((point) => Number(point.split(' ')[1]));
    const losses = summary().stages.flatMap(({ curve }) => curve.map(({ loss }) => loss));
    assert.equal(heights.length, losses.length);
    assert.equal(heights.indexOf(Math.min(...heights)), losses.indexOf(Math.max(...losses)));
    assert.equal(heights.indexOf(Math.max(...heights)), losses.indexOf(Math.min(...losses)));
  });

  it('saves a chart as PNG, twice as fine as it is large', async () => {
    await workbench.webview().locator('.perplexity-em').first().getByRole('button', { name: 'Save as PNG' }).click();
    const png = await saved('perplexity-em.png');
    assert.equal(png.subarray(1, 4).toString(), 'PNG');
    assert.deepEqual([png.readUInt32BE(16), png.readUInt32BE(20)], [1840, 880]);
  });

  it('saves the table of recipes as the command line writes it, and that of stages', async () => {
    const page = workbench.webview();
    await page.getByRole('tab', { name: 'Recipes' }).click();
    await page.getByRole('button', { name: 'Save as Markdown' }).click();
    const [table] = (await saved('recipes.md')).toString().split('\n\n');
    assert.equal(table, readFileSync(file('runs/people/comparison.md'), 'utf8').split('\n\n')[0]);
    await page.getByRole('button', { name: 'Save stages as CSV' }).click();
    const { stages } = summary();
    assert.deepEqual(
      recordsIn(await saved('stages.csv')).map(({ name, train_exact_match }) => [name, Number(train_exact_match)]),
      stages.map(({ name, train }) => [name, train!.exactMatch.value]),
    );
  });

  it('exports a comparison from the Runs view, and opens it', async () => {
    await workbench.row('Runs', /pit, seed 1/).click({ button: 'right' });
    await workbench.chooseInMenu('Export Table or Picture…');
    await workbench.choice('Comparison as CSV').click();
    const [row] = recordsIn(await saved('comparison.csv'));
    const { exactMatch, rougeL } = summary().result!;
    assert.equal(row.recipe, 'pit');
    assert.equal(Number(row.exact_match), exactMatch.value);
    assert.ok(Math.abs(Number(row.rouge_l_high) - rougeL.high) < 1e-6);
    await workbench.notification('Written: comparison.csv').getByRole('button', { name: 'Open' }).click();
    await workbench.page.locator('.tab.active', { hasText: 'comparison.csv' }).waitFor();
  });
});

function recordsIn(csv: Buffer): Record<string, string>[] {
  return parse<Record<string, string>>(csv.toString().trimEnd(), { header: true }).data;
}
