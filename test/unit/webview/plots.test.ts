/** What the charts show: a line for each recipe or run, means and bands, stages, a range. */
import assert from 'node:assert/strict';
import { drawnLines, linesOf } from '../../../webview/lines';
import type { Look } from '../../../webview/messages';
import { curvePlot, evaluationPlot, stageAt, within } from '../../../webview/plots';
import { evaluation, facts, pageOf } from './facts';

const look = (page: { look: Look }, change: Partial<Look>) => (page.look = { ...page.look, ...change });

describe('lines', () => {
  it('are recipes with their seeds, or single runs of one colour', () => {
    const page = pageOf([facts('b', 2), facts('a', 1), facts('b', 1)]);
    assert.deepEqual(
      linesOf(page).map(({ name, style, dash }) => [name, style, dash]),
      [
        ['a, seed 1', 0, 0],
        ['b, 2 seeds', 1, 0],
      ],
    );
    look(page, { lines: 'runs' });
    assert.deepEqual(
      linesOf(page).map(({ name, style, dash }) => [name, style, dash]),
      [
        ['a, seed 1', 0, 0],
        ['b, seed 1', 1, 0],
        ['b, seed 2', 1, 1],
      ],
    );
  });

  it('keep their colour when others are not shown', () => {
    const page = pageOf([facts('a', 1), facts('b', 1)]);
    page.shown = ['/runs/b-seed1'];
    assert.deepEqual(
      linesOf(page).map(({ style }) => style),
      [1],
    );
  });

  it('say what tells them apart where their names do not', () => {
    const other = { kin: 'other', path: '/more/a', out: '/more', model: 'micro' };
    const page = pageOf([facts('a', 1), facts('a', 1, other)]);
    assert.deepEqual(
      linesOf(page).map(({ name }) => name),
      ['a, seed 1 (more, micro)', 'a, seed 1 (runs, nano)'],
    );
  });

  it('can be hidden', () => {
    const page = pageOf([facts('a', 1), facts('b', 1)]);
    look(page, { hidden: ['a'] });
    assert.deepEqual(
      drawnLines(page).map(({ key }) => key),
      ['b'],
    );
  });
});

describe('curves of steps', () => {
  it('are the mean over seeds with a band from the lowest to the highest', () => {
    const page = pageOf(
      [facts('a', 1), facts('a', 2)],
      [
        [4, 2, 2],
        [2, 1],
      ],
    );
    const { x, series, end } = curvePlot(page, 'documentLoss');
    assert.deepEqual([x, end], [[1, 2, 3], 5]);
    assert.deepEqual(series[0].y, [3, 1.5, 2]);
    assert.deepEqual(
      [series[0].low, series[0].high],
      [
        [2, 1, 2],
        [4, 2, 2],
      ],
    );
  });

  it('have a gap where a stage measures nothing, and none within a stage', () => {
    const page = pageOf([facts('a', 1)], [[1, undefined, undefined, undefined, 5]]);
    assert.deepEqual(curvePlot(page, 'documentLoss').series[0].y, [1, undefined, null, undefined, 5]);
    assert.deepEqual(curvePlot(page, 'questionLoss').series, []);
  });

  it('stand in the middle of their buckets, one after another', () => {
    const page = pageOf([facts('a', 1)], [[1, 3, 9, 1, 1]], 2);
    const { x, series } = curvePlot(page, 'documentLoss');
    assert.deepEqual(x, [1.5, 3.5, 5.5]);
    assert.deepEqual(
      [series[0].y, series[0].high],
      [
        [2, 5, 1],
        [3, 9, 1],
      ],
    );
  });

  it('are as fine as the host has told where a range is looked at', () => {
    const page = pageOf([facts('a', 1)], [[1, 3, 9, 1]], 2);
    const fine = pageOf([facts('a', 1)], [[9, 1]]).curves.get('/runs/a-seed1')!;
    const range = { from: 3, to: 4 };
    page.look = { ...page.look, range };
    assert.deepEqual(curvePlot(page, 'documentLoss').x, [1.5, 3.5]);
    page.detail = { range, curves: new Map([['/runs/a-seed1', { ...fine, from: 2 }]]) };
    const plot = curvePlot(page, 'documentLoss');
    assert.deepEqual(
      [plot.x, plot.series[0].y],
      [
        [3, 4],
        [9, 1],
      ],
    );
    assert.deepEqual(within(plot, range), [0, 1]);
  });
});

describe('curves of evaluations', () => {
  it('have the interval of a single run in per cent, and the questions that are asked for', () => {
    const evaluations = [
      evaluation(2, 0.5, { extent: 'subset' }),
      evaluation(2, 0.4),
      evaluation(5, 0.6),
      evaluation(5, 0.9, { split: 'train' }),
    ];
    const page = pageOf([facts('a', 1, { evaluations })]);
    const [series] = evaluationPlot(page, 'exactMatch').series;
    assert.deepEqual(
      [series.y, series.low.map((low) => Math.round(low!)), [...series.full!]],
      [
        [40, 60],
        [30, 50],
        [0, 1],
      ],
    );
    look(page, { split: 'train' });
    assert.deepEqual(evaluationPlot(page, 'recall').series[0].y, [90]);
  });

  it('are the mean of seeds from the lowest to the highest, as far as all have come', () => {
    const page = pageOf([
      facts('a', 1, { evaluations: [evaluation(2, 0.2), evaluation(5, 0.4)] }),
      facts('a', 2, { evaluations: [evaluation(2, 0.4)] }),
      facts('a', 3),
    ]);
    const [{ y, low, high }] = evaluationPlot(page, 'exactMatch').series;
    assert.deepEqual([y[0]!.toFixed(6), low[0], high[0], y[1]], ['30.000000', 20, 40, undefined]);
  });

  it('have perplexity of the test documents alone', () => {
    const evaluations = [evaluation(2, 0, { perplexity: 20 }), evaluation(2, 0, { perplexity: 3, split: 'train' })];
    const { series } = evaluationPlot(pageOf([facts('a', 1, { evaluations })]), 'perplexity');
    assert.deepEqual(series[0].y, [20]);
  });
});

describe('stages', () => {
  it('are named where all lines share them, and drawn in the lines’ colours where not', () => {
    const shared = pageOf([facts('a', 1), facts('b', 1)]);
    assert.deepEqual(curvePlot(shared, 'loss').marks, [
      { at: 0, label: '1. pairs' },
      { at: 2, label: '2. documents' },
    ]);
    const page = pageOf([facts('a', 1), facts('b', 1, { stages: facts('b', 1).stages.slice(0, 1) })]);
    assert.deepEqual(curvePlot(page, 'loss').marks, [{ at: 2, label: '2. documents', style: 0 }]);
  });

  it('are found by a step', () => {
    const run = facts('a', 1);
    assert.deepEqual(
      [0, 1, 2, 3, 5].map((x) => stageAt(run, x)),
      [undefined, '1. pairs', '1. pairs', '2. documents', '2. documents'],
    );
  });
});
