/** Charts as pictures to keep: SVG as reports have it, and PNG made of that. */
import { type Chart, type Series, standaloneChart } from '../src/run/chart';
import type { Drawing } from './plot-options';

/** A chart of the page as reports draw charts, as far as it is looked at. */
export function pictureOf({ plot, measure, range }: Drawing): Chart {
  const { title, unit, scale, format, from } = measure;
  const inside = (x: number) => !range || (x >= range.from && x <= range.to);
  const isShared = plot.marks.every(({ style }) => style === undefined);
  return {
    title,
    description: `${title} over the steps of training.`,
    ...{ width: 920, height: 440, legend: 'right' },
    x: {
      ...{ label: 'Step', scale: 'linear', from: range?.from ?? 0, to: range?.to ?? plot.end },
      format: (value) => value.toLocaleString('en-US'),
    },
    y: { label: unit, scale, from, format: measure.tick ?? format },
    series: plot.series.map((one): Series => {
      const usable = (value: unknown): value is number =>
        typeof value === 'number' && (scale === 'linear' || value > 0);
      const places = plot.x.flatMap((x, i) => (inside(x) && usable(one.y[i]) && usable(one.low[i]) ? [i] : []));
      return {
        ...{ name: one.line.name, style: one.line.style, markers: one.full !== undefined },
        points: places.map((i) => ({ x: plot.x[i], y: one.y[i]! })),
        band: places.map((i) => ({ x: plot.x[i], low: one.low[i]!, high: one.high[i]! })),
      };
    }),
    marks: isShared ? plot.marks.filter(({ at }) => inside(at)) : undefined,
  };
}

export const svgOf = standaloneChart;

/** The chart as PNG, twice as fine as it is large. */
export async function pngOf(chart: Chart): Promise<Uint8Array> {
  const source = URL.createObjectURL(new Blob([standaloneChart(chart)], { type: 'image/svg+xml' }));
  try {
    const image = new Image(2 * chart.width, 2 * chart.height);
    image.src = source;
    await image.decode();
    return new Uint8Array(await (await drawn(image)).arrayBuffer());
  } finally {
    URL.revokeObjectURL(source);
  }
}

function drawn(image: HTMLImageElement): Promise<Blob> {
  const canvas = document.createElement('canvas');
  Object.assign(canvas, { width: image.width, height: image.height });
  canvas.getContext('2d')!.drawImage(image, 0, 0, image.width, image.height);
  return new Promise((done, fail) => {
    canvas.toBlob((blob) => (blob ? done(blob) : fail(new Error('The picture could not be drawn.'))), 'image/png');
  });
}
