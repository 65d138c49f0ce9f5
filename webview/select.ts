/** A list to choose one thing from, as VS Code's settings have it. */
import { h, redraw } from './dom';
import '@vscode-elements/elements/dist/vscode-option/index.js';
import '@vscode-elements/elements/dist/vscode-single-select/index.js';

interface Item {
  value: string;
  label: string;
}

export class Select {
  readonly element: HTMLElement;
  private readonly box: HTMLInputElement;

  constructor(label: string, choose: (value: string) => void) {
    this.box = document.createElement('vscode-single-select') as unknown as HTMLInputElement;
    this.box.setAttribute('label', label);
    this.box.addEventListener('change', () => choose(this.box.value));
    this.element = h('label', { class: 'select' }, h('span', {}, label), this.box);
  }

  update(items: readonly Item[], chosen: string | undefined): void {
    redraw(this.box, [items, chosen], () => items.map((item) => option(item, item.value === chosen)));
  }
}

function option({ value, label }: Item, selected: boolean): HTMLElement {
  const element = document.createElement('vscode-option');
  element.setAttribute('value', value);
  if (selected) element.setAttribute('selected', '');
  element.textContent = label;
  return element;
}
