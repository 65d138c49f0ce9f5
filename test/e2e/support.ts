/**
 * Drives a real VS Code in a browser as a person does: through the palette, the trees and the mouse. One server and one
 * browser serve all tests; every workbench is a window of its own on a fresh folder.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Browser, FrameLocator, Locator, Page } from 'playwright-core';
import { launchBrowser } from '../../scripts/browser.mjs';
import { startServer, windowAddress } from '../../scripts/host.mjs';
import { RunFolder } from '../../src/run/folder';
import { stateOf } from '../../src/run/state';
import type { RunState } from '../../src/run/states';

const root = resolve(__dirname, '../..');
/** The folder of the extension under development. */
export const extension = root;
const pictures = join(root, 'dist-test/e2e');
/** Of Hugging Face's tools: whoever runs the tests may have models in theirs. */
const noHub = join(tmpdir(), 'pit-e2e-no-hub');
/** Milliseconds that a slow machine gets for anything that a window does; no test waits that long where all is well. */
const patience = 90_000;

export type Server = Awaited<ReturnType<typeof startServer>>;

let server: Promise<Server> | undefined;
let browser: Promise<Browser> | undefined;
let trained: string | undefined;
const opened: Workbench[] = [];

export interface Opening {
  /** A folder to copy; the fixture of the host tests unless given, and none where `null`. */
  folder?: string | null;
  /** Settings of the workspace. */
  settings?: Record<string, unknown>;
  /** Another server than the one that has the extension under development. */
  server?: Server;
}

export interface Said {
  text: string;
  color: string;
}

/** Run in the window. */
const saidBehind = `[...document.querySelectorAll('.view-lines [class*="ced-"]')]
  .map((element) => getComputedStyle(element, '::after'))
  .flatMap(({ content, color }) => (content === 'none' ? [] : [{ text: JSON.parse(content), color }]))`;

export class Workbench {
  private constructor(
    readonly page: Page,
    /** The opened folder. */
    readonly folder: string,
    private readonly address: string,
  ) {}

  static async open({ folder = 'test/fixtures/workspace', settings, server: other }: Opening = {}): Promise<Workbench> {
    const place = join(mkdtempSync(join(tmpdir(), 'pit-e2e-')), 'workspace');
    mkdirSync(place);
    if (folder !== null) cpSync(resolve(root, folder), place, { recursive: true });
    if (settings) writeJson(join(place, '.vscode/settings.json'), settings);
    server ??= startServer({ extension, env: { HF_HOME: noHub } });
    return Workbench.visit(windowAddress(other ?? (await server), folder === null ? {} : { folder: place }), place);
  }

  /** A window at an address that is served already. @param folder the folder that it shows */
  static async visit(address: string, folder = ''): Promise<Workbench> {
    browser ??= launchBrowser();
    const context = await (await browser).newContext({ viewport: { width: 1400, height: 900 } });
    const page = await context.newPage();
    page.setDefaultTimeout(patience);
    const workbench = new Workbench(page, folder, address);
    opened.push(workbench);
    await page.goto(address, { timeout: patience });
    await workbench.ready();
    return workbench;
  }

  /** Resolves when the window stands and knows its extensions. */
  async ready(): Promise<void> {
    await this.page.waitForFunction(() =>
      ['code/didStartWorkbench', 'code/didLoadExtensions'].every((mark) => performance.getEntriesByName(mark).length),
    );
  }

  /** Changes a file on the disk, as another program does. */
  edit(name: string, change: (text: string) => string): void {
    const file = join(this.folder, name);
    writeFileSync(file, change(readFileSync(file, 'utf8')));
  }

  async reload(): Promise<void> {
    await this.page.reload();
    await this.ready();
  }

  /** Closes the window, as one closes a tab of the browser. */
  async leave(): Promise<void> {
    await this.page.context().close();
  }

  /** A new window on the same folder, which knows nothing of those before. */
  return(): Promise<Workbench> {
    return Workbench.visit(this.address, this.folder);
  }

  /** Runs a command by its title. */
  async command(title: string): Promise<void> {
    await this.pick('F1', `>${title}`, title);
  }

  /** Opens a file of the folder in the editor. */
  async openFile(name: string): Promise<void> {
    const short = name.split('/').at(-1)!;
    await this.pick('Control+P', name, short, this.page.locator('.tab.active', { hasText: short }));
  }

  /**
   * Takes an entry of the quick pick behind a key; it closes where a view takes the focus just then, and is opened again.
   * @param comes what is seen once it was taken
   */
  private async pick(key: string, text: string, entry: string, comes?: Locator, tries = 5): Promise<void> {
    await this.page.keyboard.press(key);
    try {
      const timeout = tries > 1 ? 15_000 : patience;
      await this.input.fill(text, { timeout });
      await this.choice(entry).click({ timeout });
      await comes?.waitFor({ timeout });
    } catch (error) {
      if (tries === 1) throw error;
      await this.page.keyboard.press('Escape');
      await this.pick(key, text, entry, comes, tries - 1);
    }
  }

  /** The text field of a quick pick. */
  get input(): Locator {
    return this.page.locator('.quick-input-widget:visible input[type="text"]').first();
  }

  /** Names a file or a folder in VS Code's own dialog, which first writes where it begins. */
  async fillPath(path: string): Promise<void> {
    const field = await this.input.elementHandle();
    await this.page.waitForFunction((shown) => (shown as { value?: string } | null)?.value?.includes('/'), field);
    await this.input.fill(path);
  }

  /**
   * Takes a folder in VS Code's own dialog, which may go back to where it began while it lists that, and is told again.
   * @param entry a folder inside it, by which one sees that it was looked at
   */
  async takeFolder(path: string, entry: string, button: string, tries = 5): Promise<void> {
    const take = this.page.locator('.quick-input-widget').getByRole('button', { name: button });
    const timeout = tries > 1 ? 15_000 : patience;
    try {
      await this.fillPath(`${path}/`);
      await this.choice(entry).waitFor({ timeout });
      await take.click({ timeout });
      await take.waitFor({ state: 'hidden', timeout });
    } catch (error) {
      if (tries === 1) throw error;
      await this.takeFolder(path, entry, button, tries - 1);
    }
  }

  /** An entry of a quick pick. */
  choice(text: string | RegExp): Locator {
    return this.page.locator('.quick-input-list .monaco-list-row', { hasText: text }).first();
  }

  /** Shows the views of the extension. */
  async showViews(): Promise<void> {
    const icon = this.page.locator('.activitybar .action-label[aria-label^="PIT"]');
    await icon.waitFor();
    if (!(await this.view('Datasets').isVisible())) await icon.click();
    await this.view('Datasets').waitFor();
  }

  /** One of the views, by its title. */
  view(title: string): Locator {
    return this.page.locator('.pane', { has: this.page.locator(`.pane-header[aria-label^="${title}"]`) });
  }

  /** A row of a tree. */
  row(view: string, text: string | RegExp): Locator {
    return this.view(view).locator('.monaco-list-row', { hasText: text }).first();
  }

  /** What the rows of a tree that can be seen say, from top to bottom. */
  rows(view: string): Promise<string[]> {
    return this.view(view)
      .locator('.monaco-list-row')
      .evaluateAll((rows) =>
        rows
          .map((row) => ({ top: row.getBoundingClientRect().top, text: row.textContent ?? '' }))
          .sort((a, b) => a.top - b.top)
          .map(({ text }) => text),
      );
  }

  /** Opens a row of a tree; a click that fell into a redrawing of the tree is made again. */
  async expand(view: string, text: string | RegExp): Promise<void> {
    const row = this.row(view, text);
    const open = row.and(this.page.locator('[aria-expanded="true"]'));
    await row.waitFor();
    while (!(await open.isVisible())) {
      await row.locator('.monaco-tl-twistie').click();
      await open.waitFor({ timeout: 5_000 }).catch(() => undefined);
    }
  }

  /** What is written behind answers in the editor: it is in no element's text. */
  said(): Promise<Said[]> {
    return this.page.evaluate<Said[]>(saidBehind);
  }

  /** Takes an entry of a menu that is open; a menu that has only just opened swallows a click. */
  async chooseInMenu(name: string): Promise<void> {
    const entry = this.page.getByRole('menuitem', { name });
    await entry.waitFor();
    while (await entry.isVisible()) {
      await entry.click({ timeout: 5_000 }).catch(() => undefined);
      await entry.waitFor({ state: 'hidden', timeout: 2_000 }).catch(() => undefined);
    }
  }

  notification(text: string | RegExp): Locator {
    return this.page.locator('.notification-toast', { hasText: text }).last();
  }

  /** What is inside the webview that was opened last. */
  webview(): FrameLocator {
    return this.page.frameLocator('iframe.webview').last().frameLocator('#active-frame');
  }

  picture(name: string): Promise<Buffer> {
    return this.page.screenshot({ path: join(pictures, `${name}.png`) });
  }

  async close(): Promise<void> {
    await this.page.context().close();
    if (this.folder)
      rmSync(resolve(this.folder, '..'), { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}

/** Windows are closed after each file of tests; a picture of the last one stays where a test failed. */
export function closeWorkbenches(): void {
  afterEach(async function () {
    if (this.currentTest?.state !== 'failed') return;
    await opened.at(-1)?.picture(`failed-${this.currentTest.fullTitle().replace(/\W+/g, '-')}`);
  });
  after(async () => {
    for (const workbench of opened.splice(0)) await workbench.close();
  });
}

/** The fixture of the host tests with a finished run, which answers some questions rightly; trained when first needed. */
export function trainedWorkspace(): string {
  if (trained) return trained;
  const folder = mkdtempSync(join(tmpdir(), 'pit-trained-'));
  cpSync(join(root, 'test/fixtures/workspace'), folder, { recursive: true });
  const file = join(folder, 'people.pit.json');
  writeFileSync(file, learning(readFileSync(file, 'utf8')));
  const { status, stderr } = spawnSync(process.execPath, [join(root, 'dist/cli.cjs'), 'run', file], {
    encoding: 'utf8',
  });
  if (status !== 0) rmSync(folder, { recursive: true });
  assert.equal(status, 0, stderr);
  return (trained = folder);
}

/** An experiment that trains one run long enough to know answers. */
function learning(experiment: string): string {
  return experiment
    .replace('pico', 'nano')
    .replace('"cpt", ', '')
    .replace('[2, 2]', '[25, 1]')
    .replace('"mixed": { "rate": 1e-3', '"mixed": { "rate": 4e-3')
    .replace('"trainQuestions": 4, "maxTokens": 4', '"trainQuestions": 50, "maxTokens": 8');
}

export async function endSession(): Promise<void> {
  if (trained) rmSync(trained, { recursive: true, force: true });
  await (await browser)?.close();
  await (await server)?.close();
}

/** Asks again and again until a condition holds; the test's time limit ends the wait, and nothing is held open by it. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((done) => setTimeout(done, 100).unref());
}

/** Acts until a condition holds, and again where it doesn't for long: what falls into a redrawing of the window is lost. */
export async function insist(act: () => Promise<void>, condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) {
    await act();
    const end = Date.now() + 15_000;
    await until(async () => Date.now() > end || (await condition()));
  }
}

/** Packs the extension for this machine; gives the file. */
export function packThis(): string {
  const words = ['scripts/package.mjs', 'this'];
  const { status, stdout, stderr } = spawnSync(process.execPath, words, { cwd: root, encoding: 'utf8' });
  if (status !== 0) throw new Error(stdout + stderr);
  return /^(\/.*\.vsix): /m.exec(stdout)![1];
}

/** The state of a run below `runs/` of a folder; undefined where there is none yet. */
export function runState(folder: string, name: string): RunState | undefined {
  const path = join(folder, 'runs', name);
  return existsSync(join(path, 'run.json')) ? stateOf(RunFolder.open(path)) : undefined;
}

export function writeJson(file: string, value: unknown): void {
  mkdirSync(resolve(file, '..'), { recursive: true });
  writeFileSync(file, JSON.stringify(value, undefined, 2));
}
