/** The parts of a chart that reports don't use and the dashboard does. */
import assert from 'node:assert/strict';
import { type Chart, drawChart } from '../../../src/run/chart';

const line = { name: 'a <line>', style: 3, markers: false };
const chart: Chart = {
  ...{ title: 'Loss', description: 'Falls.', width: 300, height: 200, legend: 'none' },
  x: { label: 'Step', scale: 'linear', from: 0, to: 10, format: String },
  y: { label: 'Loss', scale: 'linear', from: 0, to: 10, format: String },
  series: [
    {
      ...line,
      points: [
        { x: 0, y: 5 },
        { x: 10, y: 5 },
      ],
      band: [
        { x: 0, low: 0, high: 10 },
        { x: 10, low: 5, high: 10 },
      ],
    },
  ],
};

describe('a chart', () => {
  it('has a band that goes along its upper edge and back along its lower one', () => {
    // The frame lies from 56 to 260 across and from 156 up to 14.
    assert.match(drawChart(chart), /<path class="band" d="M56 14L260 14L260 85L56 156Z"\/>/);
  });

  it('holds its bands whole where the axis goes by the values', () => {
    const free = { ...chart, y: { ...chart.y, from: undefined, to: undefined } };
    const [, edge] = /class="band" d="M56 ([\d.]+)/.exec(drawChart(free))!;
    assert.ok(Number(edge) > 14);
  });

  it('has no legend where none is wanted', () => {
    assert.doesNotMatch(drawChart(chart), /a &lt;line&gt;/);
    assert.match(drawChart({ ...chart, legend: 'right', width: 600 }), /a &lt;line&gt;/);
  });
});
