/**
 * The bundled page in a plain browser, with a host that reads real run folders and speaks the real messages. Only the
 * window is missing: what it would do is in `told`.
 */
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser } from '../../scripts/browser.mjs';
import type { RunFolder } from '../../src/run/folder';
import { stateOf } from '../../src/run/state';
import { entryOf, predictionsBefore } from '../../src/vscode/dashboard/entries';
import { pageHtml } from '../../src/vscode/dashboard/html';
import { predictions, recipes } from '../../src/vscode/dashboard/jobs';
import { Projection } from '../../src/vscode/dashboard/projection';
import { RunReader } from '../../src/vscode/dashboard/reader';
import type { LiveRun } from '../../src/vscode/lab';
import { firstLook, type HostMessage, type Look, type PageMessage } from '../../webview/messages';
import { type ThemeName, themes } from './themes';

const types: Record<string, string> = { '.js': 'text/javascript', '.css': 'text/css', '.ttf': 'font/ttf' };
const nonce = 'a1b2c3';

/** What a test says of runs that still train. */
export type Standing = Partial<Pick<LiveRun, 'state' | 'reason' | 'progress'>>;

export class Dashboard {
  readonly told: PageMessage[] = [];
  /** Errors of the page, also what its policy has forbidden. */
  readonly errors: string[] = [];
  look: Look = firstLook;
  private shown: string[];
  private readonly readers: RunReader[];
  private readonly projection = new Projection((message) => this.sent.push(message));
  private sent: HostMessage[] = [];

  private constructor(
    readonly page: Page,
    folders: readonly RunFolder[],
    private readonly standing: Record<string, Standing>,
  ) {
    this.readers = folders.map((folder) => new RunReader(folder));
    this.shown = folders.map(({ path }) => path);
  }

  static async open(
    { page, address }: Stage,
    folders: readonly RunFolder[],
    {
      look,
      theme = 'dark',
      standing = {},
    }: { look?: Partial<Look>; theme?: ThemeName; standing?: Record<string, Standing> } = {},
  ): Promise<Dashboard> {
    const board = new Dashboard(page, folders, standing);
    board.look = { ...firstLook, ...look };
    page.on('pageerror', (error) => board.errors.push(String(error)));
    page.on('console', (line) => line.type() === 'error' && board.errors.push(line.text()));
    await page.exposeFunction('tellHost', (message: PageMessage) => board.hear(message));
    await page.addInitScript(`window.firstDress = ${JSON.stringify(dressOf(theme))}`);
    await page.addInitScript({ path: join(import.meta.dirname, 'shim.js') });
    await Promise.all(board.readers.map((reader) => reader.read(() => undefined)));
    await page.goto(address);
    await page.locator('[role=tab]').first().waitFor();
    return board;
  }

  /** Tells the page what is new in the folders. */
  async update(): Promise<void> {
    await Promise.all(this.readers.map((reader) => reader.read(() => undefined)));
    const runs = this.readers.map((reader) => [reader, this.liveRun(reader)] as const);
    const shown = runs.filter(([{ folder }]) => this.shown.includes(folder.path));
    this.projection.update({
      entries: runs.map(([, run]) => entryOf(run)),
      wanted: this.shown,
      shown: new Map(shown.map(([reader, run]) => [run.folder.path, reader.shown(run)])),
    });
    await this.send();
  }

  async setTheme(theme: ThemeName): Promise<void> {
    await this.page.evaluate(`dress(${JSON.stringify(dressOf(theme))})`);
  }

  private liveRun({ folder }: RunReader): LiveRun {
    return { folder, state: stateOf(folder), ...this.standing[folder.path] };
  }

  private async hear(message: PageMessage): Promise<void> {
    this.told.push(message);
    if (message.type === 'ready') return this.tellEverything();
    if (message.type === 'look') this.arrange(message.look);
    if (message.type === 'show') this.shown = message.paths;
    if (message.type === 'predictions') {
      const reader = this.readers.find(({ folder }) => folder.path === message.at.path)!;
      const before = predictionsBefore(reader.facts(this.liveRun(reader)), message.at.file);
      this.sent.push({ type: 'predictions', at: message.at, rows: predictions(message.at, before) });
    }
    if (message.type === 'look' || message.type === 'show') this.compare();
    await this.update();
  }

  private arrange(look: Look): void {
    this.look = look;
    this.projection.zoom(look.range);
  }

  private async tellEverything(): Promise<void> {
    this.projection.reset();
    this.sent.push({ type: 'everything', shown: this.shown, look: this.look });
    this.compare();
    await this.update();
  }

  private compare(): void {
    this.sent.push({ type: 'recipes', table: recipes(this.shown, this.look.paper) });
  }

  private async send(): Promise<void> {
    const messages = this.sent.splice(0);
    await this.page.evaluate(`deliver(${JSON.stringify(JSON.stringify(messages, withNumbers))})`);
  }
}

/** Numbers of a typed array as plain ones; what is not a number becomes null. */
function withNumbers(_name: string, value: unknown): unknown {
  return value instanceof Float32Array ? { float32: [...value] } : value;
}

const kindOf = (theme: ThemeName) =>
  theme === 'high-contrast-light' ? 'vscode-high-contrast vscode-high-contrast-light' : `vscode-${theme}`;

function dressOf(theme: ThemeName): object {
  return { variables: themes[theme], kind: kindOf(theme) };
}

export interface Stage {
  browser: Browser;
  address: string;
  page: Page;
  close(): Promise<void>;
}

/** A browser, and the bundle at an address, as the webview would have it. */
export async function openStage(): Promise<Omit<Stage, 'page'>> {
  const bundle = join(import.meta.dirname, '../../dist/webview');
  const server = createServer(({ url = '/' }, response) => {
    const name = url.slice(1).split('?')[0];
    response.setHeader('content-type', types[extname(name)] ?? 'text/html');
    if (name in { 'main.js': 1, 'main.css': 1, 'codicon.ttf': 1 }) createReadStream(join(bundle, name)).pipe(response);
    else response.end(pageHtml({ script: 'main.js', style: 'main.css', own: `'self'`, nonce }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const browser: Browser = await launchBrowser();
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const close = async () => {
    await browser.close();
    server.close();
  };
  return { browser, address, close };
}
