/** The dashboard's page in a browser, over real run folders and the real messages. */
import assert from 'node:assert/strict';
import type { Locator, Page } from 'playwright-core';
import type { RunFolder } from '../../src/run/folder';
import type { PageMessage } from '../../webview/messages';
import { removePlaces } from '../unit/run/folders';
import { stepEvent } from '../unit/run/step';
import { Dashboard, openStage, type Stage } from './support';
import type { ThemeName } from './themes';
import { askMany, comparison, longRun } from './worlds';

describe('the dashboard’s page', function () {
  this.timeout(120_000);
  let stage: Omit<Stage, 'page'>;
  let page: Page;

  before(async () => (stage = await openStage()));
  after(() => stage.close());
  beforeEach(async () => (page = await stage.browser.newPage({ viewport: { width: 1200, height: 900 } })));
  afterEach(async () => {
    await page.close();
    removePlaces();
  });

  const open = (folders: readonly RunFolder[], how: Parameters<typeof Dashboard.open>[2] = {}) =>
    Dashboard.open({ ...stage, page }, folders, how);
  const tab = (name: string) => page.getByRole('tab', { name });
  const chart = (name: string) => page.locator(`.tab:not([hidden]) .plot-${name}`);

  it('draws charts of each measure, and nothing is refused or fails', async () => {
    const board = await open(comparison());
    await tab('Curves').click();
    for (const name of [
      'loss',
      'documentLoss',
      'questionLoss',
      'exactMatch',
      'recall',
      'rougeL',
      'perplexity',
      'memory',
    ])
      assert.ok((await colouredOn(chart(name))) > 20, `${name} is empty`);
    assert.deepEqual(board.errors, []);
  });

  it('says how each run stands, on which device and why', async () => {
    const folders = comparison();
    const [{ path: first }, , { path: last }] = folders;
    const standing = {
      [first]: { state: 'failed', reason: 'The disk is full' },
      [last]: { state: 'running', progress: { done: 0.37, secondsLeft: 125 } },
    } as const;
    await open(folders, { standing });
    const running = page.getByRole('listitem', { name: '⑦ Pre-instruction-tuning, seed 2, running' });
    await running.getByText('37 %').waitFor();
    await running.getByText('2 min 5 s left').waitFor();
    await running.getByText('180 tokens/s').waitFor();
    await running.getByText('CPU, 2 threads: no GPU asked for').waitFor();
    await page.getByText('The disk is full').waitFor();
    assert.equal(
      await page
        .locator('.card')
        .first()
        .getAttribute('class')
        .then((names) => names?.includes('running')),
      true,
    );
  });

  it('says how much memory is used of that which there is, of the machine and of a GPU', async () => {
    const folders = comparison();
    const board = await open(folders);
    const card = page.getByRole('listitem', { name: /^⑦ Pre-instruction-tuning, seed 2/ });
    await card.getByText('1.0 GB of 16.0 GB', { exact: true }).waitFor();
    assert.equal(await card.getByText(/^GPU /).count(), 0);
    const gpuMemory = { used: 3.1e9, total: 25.8e9 };
    folders[2].appendEvent(stepEvent(1, { stage: 3, memory: 2e9, gpuMemory }));
    folders[2].appendEvent(stepEvent(2, { stage: 3, memory: 2.5e9 }));
    await board.update();
    await card.getByText('2.5 GB of 16.0 GB', { exact: true }).waitFor();
    await card.getByText('GPU 3.1 GB of 25.8 GB', { exact: true }).waitFor();
    assert.deepEqual(board.errors, []);
  });

  it('goes on while a run trains', async () => {
    const folders = comparison();
    const board = await open(folders);
    const label = () => chart('loss').locator('.stage').getAttribute('aria-label');
    const before = await label();
    folders[2].appendEvent(stepEvent(1, { stage: 3, loss: 7.5 }));
    await board.update();
    await page.waitForFunction(
      ([selector, old]) => document.querySelector(selector!)?.getAttribute('aria-label') !== old,
      ['.plot-loss .stage', before],
    );
    assert.match((await label())!, /over 61 steps.*7\.500/);
  });

  it('puts one’s own results beside the paper’s, and the same of one recipe alone', async () => {
    const board = await open(comparison());
    await tab('Recipes').click();
    const row = page.getByRole('row', { name: /⑦ Pre-instruction-tuning/ });
    assert.match(await row.innerText(), /70\.0\s+\[60\.0, 80\.0\].*45\.4\s+51\.2\s+63\.2/s);
    assert.ok((await page.locator('.recipe-table .foreign').count()) > 10);
    await page.getByText('Only my runs').click();
    await page.waitForFunction(() => document.querySelectorAll('.recipe-table .foreign').length === 0);
    await page.getByRole('radio', { name: 'Llama-2 70B' }).click();
    await page.getByRole('columnheader', { name: 'Paper, Llama-2 70B' }).waitFor();
    assert.equal(board.look.paper, '70B');
  });

  it('shows thousands of predictions, those that are searched for, and those that changed', async () => {
    const [, folder] = comparison();
    askMany(folder, 6000);
    await open([folder], { look: { tab: 'predictions' } });
    const grid = page.getByRole('grid', { name: 'Predictions' });
    await page.getByRole('radio', { name: 'Right 2,000' }).waitFor();
    assert.equal(await grid.getAttribute('aria-rowcount'), '6001');
    assert.ok((await grid.getByRole('row').count()) < 80);
    await page.getByRole('radio', { name: 'Changed 3,000' }).click();
    await grid.getByText('now wrong').first().waitFor();
    assert.equal(await grid.getAttribute('aria-rowcount'), '3001');
    const found = Array.from({ length: 6000 }, (_, i) => i).filter(
      (i) => (i % 2 === 0) !== (i % 3 === 0) && /59/.test(`${i}`),
    );
    await page.getByRole('textbox', { name: /^Search/ }).fill('PERSON 59');
    await page.getByText(`${found.length} of 6,000 questions`).waitFor();
    assert.equal(await grid.getAttribute('aria-rowcount'), String(found.length + 1));
    await page.getByRole('textbox', { name: /^Search/ }).fill('person 5900');
    await page.getByText('1 of 6,000 questions').waitFor();
  });

  it('moves over predictions with the keyboard, shows all of one, and finds its line', async () => {
    const [, folder] = comparison();
    askMany(folder, 500);
    const board = await open([folder], { look: { tab: 'predictions' } });
    const grid = page.getByRole('grid', { name: 'Predictions' });
    await grid.getByRole('row').nth(3).waitFor();
    await grid.focus();
    for (const key of ['ArrowDown', 'ArrowDown', 'ArrowDown']) await page.keyboard.press(key);
    assert.equal(await grid.getAttribute('aria-activedescendant'), 'row-2');
    const detail = page.locator('.detail').getByText('Where does person 2 live?');
    await detail.waitFor();
    const search = page.locator('vscode-textfield input');
    await search.fill('person 2 ');
    await detail.waitFor({ state: 'hidden' });
    await search.fill('');
    await page.locator('#row-2').click();
    await detail.waitFor();
    await grid.focus();
    await page.keyboard.press('End');
    await page.locator('#row-499[aria-selected=true]').waitFor();
    assert.ok(await grid.evaluate((element) => element.scrollTop > 10_000));
    await page.keyboard.press('Enter');
    const opened = await saying(board, 'openPrediction');
    assert.deepEqual([opened.id, opened.at.path], ['p499?1', folder.path]);
  });

  it('is worked with the keyboard alone: tabs, switches, the cursor of a chart, zoom', async () => {
    const board = await open([comparison()[1]]);
    await tab('Overview').focus();
    await page.keyboard.press('ArrowRight');
    await page.locator('#curves').waitFor({ state: 'visible' });
    assert.equal(await tab('Curves').getAttribute('aria-selected'), 'true');
    const area = chart('loss').locator('.stage');
    await area.focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowRight');
    const spoken = page.locator('[role=status]');
    assert.match(
      await spoken.innerText(),
      /^Step 2 · 1\. train QA \+ train doc: ⑦ Pre-instruction-tuning, seed 1 4\.000$/,
    );
    await page.keyboard.press('End');
    assert.match(await spoken.innerText(), /^Step 60 · 2\. test doc/);
    await page.keyboard.press('+');
    await page.getByText('Steps 45 to 60').first().waitFor();
    assert.deepEqual(board.look.range, { from: 45, to: 60 });
    await page.keyboard.press('Escape');
    await page.locator('#curves .zoom-note').waitFor({ state: 'hidden' });
  });

  it('has a table in place of each picture', async () => {
    await open([comparison()[1]]);
    await chart('exactMatch').getByRole('button', { name: 'Show as table' }).click();
    const table = page.getByRole('table', { name: 'Exact match' });
    assert.match(await table.innerText(), /40\s+40\.0 % \[30\.0 %, 50\.0 %\]/);
    await page.locator('#overview .perplexity-em').getByRole('button', { name: 'Show as table' }).click();
    assert.match(await page.locator('#overview .perplexity-em table').innerText(), /2\. test doc\s+2\.500\s+70\.0 %/);
  });

  it('saves charts as SVG and PNG and tables as text', async () => {
    const board = await open(comparison());
    await chart('loss').getByRole('button', { name: 'Save as SVG' }).click();
    const svg = await saying(board, 'save');
    assert.equal(svg.name, 'loss.svg');
    assert.match(svg.content as string, /^<svg .*<path class="band".*⑦ Pre-instruction-tuning, 2 seeds/s);
    board.told.length = 0;
    await chart('loss').getByRole('button', { name: 'Save as PNG' }).click();
    const png = await saying(board, 'save');
    assert.equal(png.name, 'loss.png');
    const bytes = Object.values(png.content as Uint8Array);
    assert.deepEqual(bytes.slice(0, 4), [0x89, 0x50, 0x4e, 0x47]);
    assert.ok(bytes.length > 10_000);
    await tab('Recipes').click();
    await page.getByRole('button', { name: 'Save as LaTeX' }).click();
    const { table, format } = await saying(board, 'saveTable');
    assert.deepEqual([table, format], ['recipes', 'latex']);
  });

  it('shows the runs that are chosen, and lines that are not hidden', async () => {
    const folders = comparison();
    const board = await open(folders);
    await page.getByRole('button', { name: '3 of 3 runs' }).click();
    await page.getByRole('checkbox', { name: '① Continued pre-training, seed 1' }).press('Space');
    await page.getByRole('button', { name: '2 of 3 runs' }).waitFor();
    assert.deepEqual(
      (await saying(board, 'show')).paths,
      folders.slice(1).map(({ path }) => path),
    );
    await page.keyboard.press('Escape');
    await page.getByRole('radio', { name: 'Runs' }).click();
    await page.getByRole('button', { name: '⑦ Pre-instruction-tuning, seed 2' }).click();
    await page.locator('.legend [aria-pressed=false]').waitFor();
    assert.deepEqual(board.look.hidden, [folders[2].path]);
  });

  it('says what to do where there is nothing to show', async () => {
    await open([]);
    await page.getByRole('heading', { name: 'No runs to show' }).waitFor();
    assert.equal(await page.getByRole('tabpanel').count(), 0);
  });

  it('comes back as it was when it is rebuilt', async () => {
    const board = await open(comparison());
    await tab('Recipes').click();
    await page.reload();
    await page.locator('#recipes').waitFor({ state: 'visible' });
    await page.getByRole('row', { name: /⑦/ }).waitFor();
    assert.equal(board.told.filter(({ type }) => type === 'ready').length, 2);
  });

  it('looks at the same steps, with the same tables, when it is rebuilt', async () => {
    const board = await open([comparison()[1]], { look: { tab: 'curves' } });
    await chart('loss').getByRole('button', { name: 'Show as table' }).click();
    await chart('loss').locator('.stage').focus();
    for (const key of ['End', '+']) await page.keyboard.press(key);
    const rows = chart('loss').getByRole('rowheader');
    const looksClosely = async () => {
      await page.locator('#curves').getByText('Steps 45 to 60').waitFor();
      await page.waitForFunction(() => document.querySelectorAll('.plot-loss tbody tr').length === 16);
      assert.equal(await rows.first().innerText(), '45');
    };
    await looksClosely();
    await page.reload();
    await looksClosely();
    const toggle = chart('loss').getByRole('button', { name: 'Show as table' });
    assert.equal(await toggle.getAttribute('aria-pressed'), 'true');
    assert.equal(await page.getByRole('table').count(), 1);
    await toggle.click();
    await page.getByRole('table').waitFor({ state: 'hidden' });
    assert.deepEqual(board.look.tables, []);
    assert.deepEqual(board.errors, []);
  });

  it('follows the theme, in each of the four', async () => {
    const board = await open(comparison());
    const seen = new Set<string>();
    for (const theme of ['dark', 'light', 'high-contrast', 'high-contrast-light'] satisfies ThemeName[]) {
      await board.setTheme(theme);
      const picture = await settled(chart('exactMatch').locator('canvas'));
      assert.ok(!seen.has(picture), `${theme} looks like another one`);
      seen.add(picture);
    }
    assert.deepEqual(board.errors, []);
  });

  it('draws each chart as large as its place', async () => {
    await open(comparison(), { look: { tab: 'curves' } });
    await chart('loss').locator('canvas').waitFor();
    const odd = () =>
      [...document.querySelectorAll('#curves .stage')].filter(
        (place) => place.clientHeight !== (place.firstElementChild?.clientHeight ?? place.clientHeight),
      ).length;
    await page.waitForFunction(`(${odd})() === 0`);
  });

  it('names the stages above the plot, drawn again too', async () => {
    const [, folder] = comparison();
    const board = await open([folder], { look: { tab: 'curves' } });
    const canvas = chart('exactMatch').locator('canvas');
    folder.appendEvent(stepEvent(21, { stage: 2 }));
    await board.update();
    await settled(canvas);
    assert.ok((await inkWithin(canvas, { x: 60, y: 2, width: 200, height: 12 })) > 20, 'no name');
    assert.equal(await inkWithin(canvas, { x: 0, y: 0, width: 45, height: 10 }), 0);
  });

  it('fits into 500 pixels', async () => {
    await page.setViewportSize({ width: 500, height: 800 });
    await open(comparison());
    for (const name of ['Overview', 'Curves', 'Predictions', 'Recipes']) {
      await tab(name).click();
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${name} is too wide`);
    }
  });

  it('keeps still for those who ask for it', async () => {
    const folders = comparison();
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await open(folders, { standing: { [folders[2].path]: { state: 'running' } } });
    const icon = page.locator('.card.running .codicon').first();
    const motion = () => icon.evaluate((element) => getComputedStyle(element).animationName);
    assert.equal(await motion(), 'none');
    await page.emulateMedia({ reducedMotion: 'no-preference' });
    assert.notEqual(await motion(), 'none');
  });

  it('keeps a peak among 200,000 steps, and shows each step where one looks closely', async () => {
    const board = await open([longRun(200_000, { step: 150_000, loss: 40 })], { look: { tab: 'curves' } });
    const area = chart('loss').locator('.stage');
    await area.waitFor();
    const label = await area.getAttribute('aria-label');
    assert.match(label!, /over 200,000 steps/);
    await area.focus();
    await page.keyboard.press('End');
    for (let i = 0; i < 3; i++) await page.keyboard.press('PageUp');
    const spoken = page.locator('[role=status]');
    for (let i = 0; i < 40 && !(await spoken.innerText()).includes('40.0]'); i++)
      await page.keyboard.press('ArrowRight');
    assert.match(await spoken.innerText(), /^Step 149,889 .*, 40\.0\]$/);
    for (let i = 0; i < 9; i++) await page.keyboard.press('+');
    const { from, to } = board.look.range!;
    assert.ok(from < 149_888 && to > 150_000 && to - from < 400, `from ${from} to ${to}`);
    await chart('loss').getByText('neighbouring').waitFor({ state: 'hidden' });
    for (let i = 0; i < 200 && !/^Step 150,000 /.test(await spoken.innerText()); i++)
      await page.keyboard.press('ArrowRight');
    assert.match(await spoken.innerText(), /^Step 150,000 · 1\. all: ④ Mix all data, seed 1 40\.0$/);
    assert.deepEqual(board.errors, []);
  });
});

/** Waits until the page has said something of a kind; gives the last of it. */
async function saying<T extends PageMessage['type']>(board: Dashboard, type: T) {
  const find = () => board.told.findLast((message) => message.type === type);
  while (!find()) await board.page.waitForTimeout(10);
  return find() as Extract<PageMessage, { type: T }>;
}

/** How many pixels of a chart have a colour: axes are grey, lines and marks are not. */
async function colouredOn(chart: Locator): Promise<number> {
  return chart.locator('canvas').evaluate((canvas: HTMLCanvasElement) => {
    const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
    let coloured = 0;
    for (let i = 0; i < data.length; i += 4) {
      const pixel = data.slice(i, i + 3);
      if (Math.max(...pixel) - Math.min(...pixel) > 60) coloured++;
    }
    return coloured;
  });
}

interface Part {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** How many pixels in a part of a canvas are drawn on. */
function inkWithin(canvas: Locator, part: Part): Promise<number> {
  return canvas.evaluate((element: HTMLCanvasElement, { x, y, width, height }) => {
    const { data } = element.getContext('2d')!.getImageData(x, y, width, height);
    return data.filter((value, i) => i % 4 === 3 && value > 0).length;
  }, part);
}

/** The picture on a canvas when it has been the same for two frames. */
async function settled(canvas: Locator): Promise<string> {
  const read = () => canvas.evaluate((element: HTMLCanvasElement) => element.toDataURL());
  const frame = () =>
    canvas.page().evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
  let [before, now] = ['', await read()];
  while (before !== now) {
    await frame();
    [before, now] = [now, await read()];
  }
  return now;
}
