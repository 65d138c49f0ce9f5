/** Trees and dashboard in light, dark and high-contrast themes: what is written can be told from what is behind it. */
import assert from 'node:assert/strict';
import { closeWorkbenches, Workbench } from './support';

/** The background of each theme's editor, dark to light between 0 and 255. */
const themes = {
  'Default Light Modern': [200, 255],
  'Default Dark Modern': [0, 60],
  'Default High Contrast': [0, 10],
} as const;

describe('Themes', () => {
  closeWorkbenches();

  for (const [theme, [darkest, lightest]] of Object.entries(themes))
    it(theme, async () => {
      const workbench = await Workbench.open({ settings: { 'workbench.colorTheme': theme } });
      await workbench.showViews();
      await workbench.row('Schedule', 'pit').waitFor();
      await workbench.command('PIT: Open Dashboard');
      const page = workbench.webview().locator('#page');
      await page.getByRole('tab').first().waitFor();
      const [text, back] = (await page.evaluate(colors)).map(brightness);
      assert.ok(back >= darkest && back <= lightest, `background ${back}`);
      assert.ok(Math.abs(back - text) > 80, `text ${text} on ${back}`);
      await workbench.picture(`theme-${theme.toLowerCase().replace(/\W+/g, '-')}`);
    });
});

/** Runs in the page. */
function colors(main: { ownerDocument: { defaultView: unknown; documentElement: unknown } }): string[] {
  const { defaultView, documentElement } = main.ownerDocument;
  const { getComputedStyle } = defaultView as { getComputedStyle: (of: unknown) => Record<string, never> };
  const property = getComputedStyle(documentElement).getPropertyValue as (name: string) => string;
  return [getComputedStyle(main).color, property.call(getComputedStyle(documentElement), '--vscode-editor-background')];
}

/** Between 0 and 255, of a colour as CSS writes it. */
function brightness(color: string): number {
  const hexadecimal = /^#(..)(..)(..)/.exec(color.trim())?.slice(1);
  const parts =
    hexadecimal?.map((part) => parseInt(part, 16)) ??
    color
      .match(/[\d.]+/g)!
      .slice(0, 3)
      .map(Number);
  return parts.reduce((sum, part) => sum + part, 0) / 3;
}
