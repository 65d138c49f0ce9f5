/** The dashboard's page: takes in what the host says, and draws it at most once a frame. Wiring only. */
import '@vscode/codicons/dist/codicon.css';
import 'uplot/dist/uPlot.min.css';
import './style.css';
import { Choice } from './choice';
import { CurvesView } from './curves-view';
import { h } from './dom';
import { Head } from './head';
import { Legend } from './legend';
import { firstLook, type HostMessage, type Look, type PageMessage, type Tab } from './messages';
import { Overview } from './overview';
import { PredictionsView } from './predictions-view';
import { RecipesView } from './recipes-view';
import type { Room, View } from './room';
import { apply, emptyPage } from './store';
import { onThemeChange, readTheme, type Theme } from './theme';

declare function acquireVsCodeApi(): { postMessage(message: PageMessage): void; setState(state: unknown): void };

const host = acquireVsCodeApi();

class PageRoom implements Room {
  readonly page = emptyPage(firstLook);
  theme: Theme = readTheme();

  post(message: PageMessage): void {
    host.postMessage(message);
  }

  arrange(change: Partial<Look>): void {
    this.page.look = { ...this.page.look, ...change };
    this.post({ type: 'look', look: this.page.look });
    drawSoon();
  }

  zoom(range: Look['range']): void {
    const { look } = this.page;
    // The host says nothing again of a range that it knows.
    if (range?.from === look.range?.from && range?.to === look.range?.to) return;
    this.page.detail = undefined;
    this.arrange({ range });
  }

  say(words: string): void {
    spoken.textContent = words;
  }
}

const room = new PageRoom();
const spoken = h('div', { class: 'unseen', role: 'status', 'aria-live': 'polite' });
const tabNames: [Tab, string][] = [
  ['overview', 'Overview'],
  ['curves', 'Curves'],
  ['predictions', 'Predictions'],
  ['recipes', 'Recipes'],
];
const views: Record<Tab, View> = {
  overview: new Overview(room),
  curves: new CurvesView(room),
  predictions: new PredictionsView(room),
  recipes: new RecipesView(room),
};
const options = tabNames.map(([value, label]) => ({ value, label, controls: value }));
const tabs = new Choice<Tab>('tablist', 'Parts of the dashboard', options, (tab) => room.arrange({ tab }));
const head = new Head(room, tabs.element);
const legend = new Legend(room);
const empty = h(
  'div',
  { class: 'empty', hidden: true },
  h('h2', {}, 'No runs to show'),
  h('p', {}, 'Start one with “PIT: Run PIT”, or choose runs above.'),
);
const panels = tabNames.map(([tab]) =>
  h(
    'div',
    { id: tab, role: 'tabpanel', 'aria-labelledby': `${tab}-tab`, class: 'tab', hidden: true },
    views[tab].element,
  ),
);
document.getElementById('page')!.append(head.element, legend.element, empty, ...panels, spoken);

let isDrawing = false;

function drawSoon(): void {
  if (isDrawing) return;
  isDrawing = true;
  requestAnimationFrame(draw);
}

function draw(): void {
  isDrawing = false;
  const { look, shown, runs, isTold } = room.page;
  if (!isTold) return;
  host.setState({ shown, look });
  const isEmpty = runs.size === 0;
  empty.hidden = !isEmpty;
  tabs.update(look.tab);
  head.update();
  legend.element.hidden = isEmpty || look.tab === 'predictions';
  legend.update();
  panels.forEach((panel) => (panel.hidden = isEmpty || panel.id !== look.tab));
  if (!isEmpty) views[look.tab].update();
}

window.addEventListener('message', ({ data }: MessageEvent<HostMessage>) => {
  apply(room.page, data);
  drawSoon();
});
onThemeChange(() => {
  room.theme = readTheme();
  drawSoon();
});
room.post({ type: 'ready' });
