/** A row of words of which one is chosen: tabs, or a switch between a few. Arrow keys choose the next one. */
import { h, setAttribute } from './dom';

export interface Option<T extends string> {
  value: T;
  label: string;
  /** The element that a tab controls. */
  controls?: string;
}

export class Choice<T extends string> {
  readonly element: HTMLElement;
  private readonly buttons: HTMLButtonElement[];

  constructor(
    role: 'tablist' | 'radiogroup',
    label: string,
    private readonly options: readonly Option<T>[],
    private readonly choose: (value: T) => void,
  ) {
    const own = role === 'tablist' ? 'tab' : 'radio';
    this.buttons = options.map(({ value, label, controls }) =>
      h(
        'button',
        {
          ...{ type: 'button', role: own, 'aria-controls': controls, id: controls && `${controls}-tab` },
          'data-value': value,
          on: { click: () => choose(value) },
        },
        label,
      ),
    );
    const keys = { keydown: (event: KeyboardEvent) => this.press(event) };
    this.element = h('div', { role, 'aria-label': label, class: role, on: keys }, ...this.buttons);
  }

  /** @param labels of the options, where they change */
  update(chosen: T, labels: Partial<Record<T, string>> = {}): void {
    this.options.forEach(({ value, label }, i) => {
      const button = this.buttons[i];
      const isChosen = value === chosen;
      const state = button.getAttribute('role') === 'tab' ? 'aria-selected' : 'aria-checked';
      setAttribute(button, state, String(isChosen));
      button.tabIndex = isChosen ? 0 : -1;
      const text = labels[value] ?? label;
      if (button.textContent !== text) button.textContent = text;
    });
  }

  private press(event: KeyboardEvent): void {
    const at = this.buttons.indexOf(document.activeElement as HTMLButtonElement);
    const last = this.buttons.length - 1;
    const moves: Record<string, number> = {
      ArrowRight: at === last ? 0 : at + 1,
      ArrowLeft: at <= 0 ? last : at - 1,
      Home: 0,
      End: last,
    };
    const next = moves[event.key];
    if (next === undefined || at < 0) return;
    event.preventDefault();
    this.buttons[next].focus();
    this.choose(this.options[next].value);
  }
}
