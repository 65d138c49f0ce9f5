/** Making elements: a tag, what it has, and what is in it. */

type Child = Node | string | undefined | false;
type Attribute = string | number | boolean | undefined;
export type Handlers = { [Name in keyof HTMLElementEventMap]?: (event: HTMLElementEventMap[Name]) => void };

export interface Properties {
  [attribute: string]: Attribute | Handlers;
  on?: Handlers;
}

/** `true` sets an attribute without a value; `false` and undefined leave it out. */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  { on = {}, ...attributes }: Properties = {},
  ...children: Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) setAttribute(element, name, value as Attribute);
  for (const [name, handler] of Object.entries(on)) element.addEventListener(name, handler as EventListener);
  element.append(...children.filter((child) => child !== undefined && child !== false));
  return element;
}

export function setAttribute(element: Element, name: string, value: Attribute): void {
  if (value === undefined || value === false) element.removeAttribute(name);
  else element.setAttribute(name, value === true ? '' : String(value));
}

/** An icon of the codicon font, which says nothing to a screen reader. */
export function icon(name: string): HTMLElement {
  return h('span', { class: `codicon codicon-${name}`, 'aria-hidden': 'true' });
}

/** A button of the page: words, or an icon with a name. */
export function button(
  label: string,
  act: () => void,
  properties: Properties & { icon?: string } = {},
): HTMLButtonElement {
  const { icon: name, ...rest } = properties;
  const content = name ? icon(name) : label;
  const named = name ? { 'aria-label': label, title: label } : {};
  return h('button', { type: 'button', ...named, ...rest, on: { click: act } }, content);
}

/** Writes a text only where it is another one, so that nothing is redrawn or read out without need. */
export function write(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

const drawn = new WeakMap<Element, string>();

/** Replaces what is in an element only where what it is made of has changed. */
export function redraw(element: Element, state: unknown, draw: () => Child[]): void {
  const now = JSON.stringify(state);
  if (drawn.get(element) === now) return;
  drawn.set(element, now);
  element.replaceChildren(...draw().filter((child) => child !== undefined && child !== false));
}

/** Elements for things, kept while the things stay. */
export function keyed<T>(
  parent: Element,
  things: readonly T[],
  keyOf: (thing: T) => string,
  make: (thing: T) => HTMLElement,
) {
  const known = new Map([...parent.children].map((child) => [child.getAttribute('data-key')!, child as HTMLElement]));
  const elements = things.map((thing) => {
    const element = known.get(keyOf(thing)) ?? make(thing);
    element.dataset.key = keyOf(thing);
    return element;
  });
  const isSame = elements.length === parent.children.length && elements.every((one, i) => parent.children[i] === one);
  if (!isSame) parent.replaceChildren(...elements);
  return elements;
}
