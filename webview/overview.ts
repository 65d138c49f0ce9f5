/** What one looks at first: results beside the paper's, how answers and loss develop, perplexity against exact match. */
import { curveView, evaluationView, zoomNote } from './curves-view';
import { h } from './dom';
import { PictureView, pictures } from './picture-view';
import { ResultBars } from './result-bars';
import type { Room, View } from './room';
import { RunsView } from './runs-view';

export class Overview implements View {
  readonly element: HTMLElement;
  private readonly views: View[];
  private readonly back: HTMLElement;

  constructor(room: Room) {
    const atAGlance = [
      new ResultBars(room),
      evaluationView(room, 'exactMatch'),
      curveView(room, 'loss'),
      new PictureView(room, pictures.perplexity),
    ];
    const runs = new RunsView(room);
    this.views = [...atAGlance, runs];
    this.back = zoomNote(room);
    const grid = h('div', { class: 'grid' }, ...atAGlance.map(({ element }) => element));
    this.element = h('div', { class: 'spaced' }, this.back, grid, runs.element);
  }

  update(): void {
    this.back.dispatchEvent(new Event('update'));
    for (const view of this.views) view.update();
  }
}
