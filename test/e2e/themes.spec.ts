/**
 * Trees, dashboard and the answers in files in light, dark and high-contrast themes: what is written can be told from
 * what is behind it.
 */
import assert from 'node:assert/strict';
import { closeWorkbenches, trainedWorkspace, until, Workbench } from './support';

/** The background of each theme's editor, dark to light between 0 and 255. */
const themes = {
  'Default Light Modern': [200, 255],
  'Default Dark Modern': [0, 60],
  'Default High Contrast': [0, 10],
  'Default High Contrast Light': [250, 255],
} as const;
/** Contrast that small text needs, as WCAG counts it (AA), and where a person asks for more (AAA). */
const readable = 4.5;
const enhanced = 7;

describe('Themes', () => {
  closeWorkbenches();
  let workbench: Workbench;

  before('open a dashboard, and a file with answers of every kind', async () => {
    workbench = await Workbench.open({ folder: trainedWorkspace(), settings: settingsFor('Default Light Modern') });
    await workbench.showViews();
    await workbench.row('Schedule', 'test doc').waitFor();
    await workbench.command('PIT: Open Dashboard');
    await workbench.webview().locator('#page').getByRole('tab').first().waitFor();
    workbench.edit('data/train/qa.jsonl', (text) => text.replace('"23 July 1984"', '"July 1984"'));
    await workbench.openFile('data/train/qa.jsonl');
    for (const words of ['✓', '✗', 'Finance', 'have changed since'])
      await until(async () => (await workbench.said()).some(({ text }) => text.includes(words)));
  });

  for (const [theme, [darkest, lightest]] of Object.entries(themes))
    it(theme, async () => {
      const name = theme.toLowerCase().replace(/\W+/g, '-');
      const isRight = (color: string) => brightness(color) >= darkest && brightness(color) <= lightest;
      workbench.edit('.vscode/settings.json', () => JSON.stringify(settingsFor(theme)));
      await until(async () => isRight(await workbench.page.evaluate<string>(background)));
      await workbench.picture(`theme-${name}-answers`);
      const back = await workbench.page.evaluate<string>(background);
      const contrasts = (await workbench.said()).map(({ text, color }) => ({
        text,
        contrast: contrastOf(color, back),
      }));
      assert.ok(contrasts.length > 3);
      for (const { text, contrast } of contrasts)
        assert.ok(contrast >= (theme.includes('High') ? enhanced : readable), `${text} on ${back}: ${contrast}`);

      await workbench.command('PIT: Open Dashboard');
      const page = workbench.webview().locator('#page');
      await page.getByRole('tab').first().waitFor();
      await until(async () => isRight((await page.evaluate(colors))[1]));
      const [ink, paper] = (await page.evaluate(colors)).map(brightness);
      assert.ok(Math.abs(paper - ink) > 80, `text ${ink} on ${paper}`);
      await workbench.picture(`theme-${name}`);
      await workbench.openFile('data/train/qa.jsonl');
    });
});

const settingsFor = (theme: string) => ({ 'workbench.colorTheme': theme, 'editor.minimap.enabled': false });

/** Runs in the page. */
function colors(main: { ownerDocument: { defaultView: unknown; documentElement: unknown } }): string[] {
  const { defaultView, documentElement } = main.ownerDocument;
  const { getComputedStyle } = defaultView as { getComputedStyle: (of: unknown) => Record<string, never> };
  const property = getComputedStyle(documentElement).getPropertyValue as (name: string) => string;
  return [getComputedStyle(main).color, property.call(getComputedStyle(documentElement), '--vscode-editor-background')];
}

/** Runs in the window. */
const background = `getComputedStyle(document.querySelector('.monaco-editor-background')).backgroundColor`;

/** Of opaque colours, from 1 to 21. */
function contrastOf(one: string, other: string): number {
  const [dark, light] = [one, other].map(luminance).sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(color: string): number {
  const [red, green, blue] = partsOf(color)
    .map((part) => part / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** Between 0 and 255. */
function brightness(color: string): number {
  return partsOf(color).reduce((sum, part) => sum + part, 0) / 3;
}

/** Red, green and blue from 0 to 255, of a colour as CSS writes it. */
function partsOf(color: string): number[] {
  const hexadecimal = /^#(..)(..)(..)/.exec(color.trim())?.slice(1);
  if (hexadecimal) return hexadecimal.map((part) => parseInt(part, 16));
  return color
    .match(/[\d.]+/g)!
    .slice(0, 3)
    .map(Number);
}
