/** The colours of the workbench's theme, for what is drawn on canvas, and when they change. */

export interface Theme {
  /** Of the lines, by style. */
  lines: string[];
  ink: string;
  soft: string;
  grid: string;
  font: string;
  /** How much of a line's colour its band has. */
  band: number;
}

export function readTheme(): Theme {
  const style = getComputedStyle(document.body);
  const read = (name: string) => style.getPropertyValue(name).trim();
  return {
    lines: Array.from({ length: 8 }, (_, i) => read(`--line${i}`)),
    ink: read('--ink'),
    soft: read('--soft'),
    grid: read('--grid'),
    font: `11px ${style.fontFamily}`,
    band: Number(read('--band')),
  };
}

/** Calls back when the workbench has another theme: it changes the class and the style of the document. */
export function onThemeChange(act: () => void): void {
  const observer = new MutationObserver(act);
  observer.observe(document.body, { attributes: true, attributeFilter: ['class', 'data-vscode-theme-id'] });
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['style'] });
}

/** A colour, partly transparent. */
export function faded(colour: string, share: number): string {
  return `color-mix(in srgb, ${colour} ${Math.round(100 * share)}%, transparent)`;
}
