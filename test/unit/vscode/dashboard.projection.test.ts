/** What host and page say to each other: the page always ends with what the host has, and is told no more than that. */
import assert from 'node:assert/strict';
import { Projection, type Scene } from '../../../src/vscode/dashboard/projection';
import { RunModel } from '../../../src/vscode/dashboard/run-model';
import { firstLook, type HostMessage, type RunFacts } from '../../../webview/messages';
import { apply, emptyPage, runsOf } from '../../../webview/store';
import { stepEvent } from '../run/step';

const splits = { train: 'train', test: 'test' };

function factsOf(path: string, model: RunModel): RunFacts {
  const entry = { path, experiment: 'trial', out: '/runs', recipe: 'pit', title: 'PIT', seed: 1, created: path };
  return { ...entry, kin: 'pit', state: 'running', model: 'nano', splits, ...model.told() };
}

function makeWorld() {
  const models = new Map<string, RunModel>();
  const sent: HostMessage[] = [];
  const page = emptyPage(firstLook);
  const projection = new Projection((message) => {
    sent.push(message);
    apply(page, structuredClone(message));
  });
  const scene = (shown = [...models.keys()]): Scene => ({
    entries: [...models].map(([path, model]) => factsOf(path, model)),
    wanted: shown,
    shown: new Map(
      shown.map((path) => {
        const model = models.get(path)!;
        return [path, { facts: factsOf(path, model), curve: model.curve, restarts: model.restarts }];
      }),
    ),
  });
  const grow = (path: string, steps: number, loss = 1) => {
    const model = models.get(path) ?? new RunModel(splits);
    models.set(path, model);
    const events = Array.from({ length: steps }, () => stepEvent(model.curve.length + 1, { loss }));
    model.take({ events, restarted: false });
  };
  /** What has been said since the last call. */
  const said = () => sent.splice(0).map(({ type }) => type);
  return { models, sent, page, projection, scene, grow, said };
}

describe('what the page is told', () => {
  it('is everything once, the list first, and then nothing', () => {
    const { projection, scene, grow, said, page } = makeWorld();
    grow('/runs/a', 3);
    grow('/runs/b', 2);
    projection.update(scene());
    assert.deepEqual(said(), ['runs', 'facts', 'curve', 'facts', 'curve']);
    assert.deepEqual(page.shown, ['/runs/a', '/runs/b']);
    projection.update(scene());
    assert.deepEqual(said(), []);
  });

  it('is only what is new of a run that goes on', () => {
    const { projection, scene, grow, sent, page, models } = makeWorld();
    grow('/runs/a', 3000);
    projection.update(scene());
    sent.length = 0;
    grow('/runs/a', 7, 9);
    projection.update(scene());
    const curve = sent.find((message) => message.type === 'curve')!;
    assert.deepEqual([curve.size, curve.from, curve.columns.loss.mean.length], [4, 750, 2]);
    assert.deepEqual(page.curves.get('/runs/a')?.columns, models.get('/runs/a')!.curve.buckets(4));
  });

  it('is the whole curve where buckets become larger, or the run was cut back', () => {
    const { projection, scene, grow, page, models } = makeWorld();
    grow('/runs/a', 1000);
    projection.update(scene());
    grow('/runs/a', 200_000, 2);
    projection.update(scene());
    assert.deepEqual(page.curves.get('/runs/a')?.columns, models.get('/runs/a')!.curve.buckets(256));
    models.get('/runs/a')!.take({ events: [stepEvent(1, { loss: 5 })], restarted: true });
    projection.update(scene());
    assert.deepEqual([...page.curves.get('/runs/a')!.columns.loss.mean], [5]);
  });

  it('is everything again for a page that has been rebuilt', () => {
    const { projection, scene, grow, said } = makeWorld();
    grow('/runs/a', 3);
    projection.update(scene());
    said();
    projection.reset();
    projection.update(scene());
    assert.deepEqual(said(), ['runs', 'facts', 'curve']);
  });

  it('forgets runs that are shown no longer, and knows them anew', () => {
    const { projection, scene, grow, said, page } = makeWorld();
    grow('/runs/a', 3);
    grow('/runs/b', 3);
    projection.update(scene());
    projection.update(scene(['/runs/a']));
    assert.deepEqual([...page.runs.keys(), ...page.curves.keys()], ['/runs/a', '/runs/a']);
    said();
    projection.update(scene());
    assert.deepEqual(said(), ['runs', 'facts', 'curve']);
  });

  it('is each single step of a range that is looked at closely, and again when it grows', () => {
    const { projection, scene, grow, page, said } = makeWorld();
    grow('/runs/a', 100_000);
    projection.update(scene());
    projection.zoom({ from: 99_001, to: 100_500 });
    said();
    projection.update(scene());
    projection.update(scene());
    assert.deepEqual(said(), ['detail']);
    grow('/runs/a', 1, 7);
    projection.update(scene());
    const { size, from, columns } = page.detail!.curves.get('/runs/a')!;
    assert.deepEqual([size, from, columns.loss.mean.length, columns.loss.mean[1000]], [1, 99_000, 1001, 7]);
  });

  it('is the range again for a page that has been rebuilt', () => {
    const { projection, scene, grow, page, said } = makeWorld();
    grow('/runs/a', 100_000);
    projection.zoom({ from: 99_001, to: 99_500 });
    projection.update(scene());
    page.detail = undefined;
    projection.reset();
    said();
    projection.update(scene());
    assert.deepEqual(said(), ['runs', 'facts', 'curve', 'detail']);
    assert.deepEqual(page.detail!.range, { from: 99_001, to: 99_500 });
  });

  it('names what is to be shown before it has been found', () => {
    const { projection, scene, grow, page } = makeWorld();
    grow('/runs/a', 3);
    projection.update({ ...scene(), wanted: ['/runs/later', '/runs/a'] });
    assert.deepEqual([page.shown, runsOf(page).map(({ path }) => path)], [['/runs/later', '/runs/a'], ['/runs/a']]);
  });

  it('is nothing more of a range where the whole is as fine', () => {
    const { projection, scene, grow, said } = makeWorld();
    grow('/runs/a', 100);
    projection.update(scene());
    projection.zoom({ from: 10, to: 20 });
    said();
    projection.update(scene());
    assert.deepEqual(said(), []);
  });
});
