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
      const shades = await page.evaluate((main) => {
        const brightness = (color: string) =>
          (color.match(/[\d.]+/g) ?? [])
            .slice(0, 3)
            .map(Number)
            .reduce((a, b) => a + b) / 3;
        const { getComputedStyle, document } = globalThis as never as Window & { document: Document };
        return {
          text: brightness(getComputedStyle(main).color),
          page: brightness(
            getComputedStyle(document.documentElement)
              .getPropertyValue('--vscode-editor-background')
              .replace(/^#(..)(..)(..).*$/, (_, ...parts) =>
                parts
                  .slice(0, 3)
                  .map((part) => parseInt(part, 16))
                  .join(' '),
              ),
          ),
        };
      });
      assert.ok(shades.page >= darkest && shades.page <= lightest, `background ${shades.page}`);
      assert.ok(Math.abs(shades.page - shades.text) > 80, `text ${shades.text} on ${shades.page}`);
      await workbench.picture(`theme-${theme.toLowerCase().replace(/\W+/g, '-')}`);
    });
});
