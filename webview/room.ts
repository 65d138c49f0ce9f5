/** What every part of the page may use: the page's state, and what a part can ask for. */
import type { Look, PageMessage, Range } from './messages';
import type { Page } from './store';
import type { Theme } from './theme';

export interface Room {
  readonly page: Page;
  readonly theme: Theme;
  /** Says something to the host. */
  post(message: PageMessage): void;
  /** Changes how the page is arranged. */
  arrange(change: Partial<Look>): void;
  /** Looks closely at a range of steps, or at all of them. */
  zoom(range: Range | undefined): void;
  /** Has a screen reader say something. */
  say(words: string): void;
}

/** A part of the page. */
export interface View {
  readonly element: HTMLElement;
  /** Shows how things stand now. */
  update(): void;
}
