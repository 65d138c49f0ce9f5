/** What the desk does for a window: checking, making run folders, tables. */
import assert from 'node:assert/strict';
import { appendFileSync, existsSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { biosDefaults, writeBios } from '../../../src/dataset/bios';
import { trainTokenizer } from '../../../src/model/bpe';
import { writeModelFolder } from '../../../src/model/folder';
import { modelHash } from '../../../src/model/hash';
import { initialize } from '../../../src/model/parameters';
import { presetConfig } from '../../../src/model/presets';
import { makeTokenizer } from '../../../src/model/tokenizer';
import { RunFolder } from '../../../src/run/folder';
import { markOf } from '../../../src/run/process';
import type { Step } from '../../../src/vscode/long-work';
import { check, digest, open, report, table } from '../../../src/vscode/runs/jobs';
import { removePlaces, temporaryPlace } from '../run/folders';
import { finish, sampleRun } from '../run/samples';

async function makeWorld(): Promise<{ root: string; file: string }> {
  const root = temporaryPlace();
  await writeBios(join(root, 'data'), { ...biosDefaults, people: { train: 3, test: 2, base: 0 }, seed: 3 });
  const file = join(root, 'small.pit.json');
  const recipes = ['cpt', { recipe: 'pit', as: 'own' }];
  writeFileSync(file, JSON.stringify({ model: { preset: 'nano' }, data: 'data', recipes, seeds: [1, 4] }));
  return { root, file };
}

describe('checking before a run', () => {
  afterEach(removePlaces);

  it('offers the recipes and seeds of a good experiment', async () => {
    const { file } = await makeWorld();
    const { name, variants, seeds, problems } = await check(file);
    assert.deepEqual([name, seeds, problems], ['small', [1, 4], []]);
    assert.deepEqual(
      variants.map(({ name, title }) => [name, title]),
      [
        ['cpt', '① Continued pre-training'],
        ['own', 'own'],
      ],
    );
  });

  it('tells what is wrong with the experiment, its model and its data', async () => {
    const { root, file } = await makeWorld();
    appendFileSync(join(root, 'data/train/qa.jsonl'), 'no JSON\n');
    writeFileSync(file, JSON.stringify({ model: 'missing', data: 'data', recipes: ['cpt'] }));
    const { problems } = await check(file);
    assert.deepEqual(problems.map((problem) => basename(problem.file)).sort(), ['qa.jsonl', 'small.pit.json']);
    writeFileSync(file, '{"model": 3}');
    assert.ok((await check(file)).problems.length > 0);
  });
});

describe('making run folders', () => {
  afterEach(removePlaces);

  const order = (file: string) => ({ file, variants: ['cpt', 'own'], seeds: [1, 4], jobs: 1, again: false });
  const names = (paths: string[]) => paths.map((path) => basename(path));

  it('makes one for each recipe and seed, a seed complete before the next', async () => {
    const { root, file } = await makeWorld();
    const { out, paths } = await open(order(file));
    assert.equal(out, join(root, 'runs/small'));
    assert.deepEqual(names(paths), ['cpt-seed1', 'own-seed1', 'cpt-seed4', 'own-seed4']);
    const { work } = RunFolder.open(paths[1]).identity;
    assert.equal(work?.length, 2);
  });

  it('tells how far it is with reading a model, and makes nothing if it is called off there', async () => {
    const { root, file } = await makeWorld();
    const tokenizer = trainTokenizer(['The Rhine rises in the Alps.'], 300);
    const config = { ...presetConfig('nano', makeTokenizer(tokenizer.tokenizer, tokenizer.config)), layers: 1 };
    await writeModelFolder(join(root, 'model'), { config, weights: initialize(config, 1), tokenizer });
    writeFileSync(file, JSON.stringify({ model: 'model', data: 'data', recipes: ['cpt'], seeds: [1] }));
    const stop = new AbortController();
    const calling = { signal: stop.signal, tell: () => stop.abort() };
    await assert.rejects(open({ ...order(file), variants: ['cpt'] }, calling), { name: 'AbortError' });
    assert.ok(!existsSync(join(root, 'runs')));
    const shares: unknown[] = [];
    const watch = { signal: new AbortController().signal, tell: ({ share }: Step) => shares.push(share) };
    const { paths } = await open({ ...order(file), variants: ['cpt'] }, watch);
    assert.equal(shares.at(-1), 1);
    assert.equal(RunFolder.open(paths[0]).identity.modelHash, await modelHash(join(root, 'model')));
  });

  it('leaves finished runs and those at work as they are', async () => {
    const { file } = await makeWorld();
    const { paths } = await open(order(file));
    RunFolder.open(paths[0]).appendEvent({ type: 'finished', time: '2024-05-26T10:00:00.000Z', seconds: 1 });
    RunFolder.open(paths[1]).enqueue({ ...markOf(), turn: 0 });
    const second = await open(order(file));
    assert.deepEqual([names(second.paths), second.finished, second.busy], [['cpt-seed4', 'own-seed4'], 1, 1]);
  });

  it('takes the next free folder where data have changed, or where all shall be trained again', async () => {
    const { root, file } = await makeWorld();
    await open(order(file));
    assert.equal((await open({ ...order(file), again: true })).out, join(root, 'runs/small-2'));
    appendFileSync(join(root, 'data/train/doc.jsonl'), '\n');
    await check(file);
    const changed = await open(order(file));
    assert.equal(changed.out, join(root, 'runs/small-3'));
    assert.ok(existsSync(changed.paths[0]));
  });
});

describe('what runs have to say', () => {
  afterEach(removePlaces);

  const stage = { name: 'both', losses: [2, 1], kind: 'documentLoss', perplexity: 3, right: 4, train: 0.9 } as const;
  const made = () => finish(sampleRun({}, [{ ...stage, losses: [...stage.losses] }])).path;

  it('is small, however long the curve', () => {
    const { result, stages } = digest(made());
    assert.equal(result?.exactMatch.value, 0.4);
    assert.deepEqual([stages[0].taken, stages[0].loss, stages[0].perplexity], [2, 1, 3]);
    assert.ok(!('curve' in stages[0]));
  });

  it('becomes a report and tables in every format', () => {
    const path = made();
    assert.match(report(path), /^# trial: pit, seed 1\n/);
    const beginnings = {
      csv: /^recipe,/,
      markdown: /^\| Setting/,
      latex: /^%/,
      html: /^<!DOCTYPE/,
      svg: /^<svg/,
    } as const;
    for (const format of Object.keys(beginnings) as (keyof typeof beginnings)[])
      assert.match(table([path], format), beginnings[format]);
    assert.match(table([path], 'stages-csv'), /^run,recipe,trained,seed,stage/);
    assert.match(table([path], 'stages-latex'), /^\\begin\{tabular\}/);
  });

  it('refuses to compare what has no result', () => {
    assert.throws(() => table([sampleRun({}, []).path], 'csv'), /None of these runs has finished/);
  });
});
