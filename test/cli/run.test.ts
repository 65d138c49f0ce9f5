import assert from 'node:assert/strict';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RunFolder } from '../../src/run/folder';
import { stateOf } from '../../src/run/state';
import { finish, makeWorld, pit, startPit, until, writeExperiment } from './small';

const evaluations = (path: string) =>
  RunFolder.open(path)
    .readEvents()
    .events.filter((event) => event.type === 'evaluated');

describe('pit run', () => {
  it('trains every recipe and seed, prints the table and writes it with pictures', async () => {
    const { root, experiment } = await makeWorld({ recipes: ['closed-book', { recipe: 'it', epochs: [1, 1] }] });
    const { code, stdout, stderr } = await pit('run', experiment, '--seeds', '2', '--jobs', '2');
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^\|.*EM.*\|$/m);
    assert.match(stdout, /standard instruction-tuning/i);
    assert.match(stdout, /blind prior/i);
    const out = join(root, 'runs/small');
    for (const name of ['comparison.md', 'comparison.html', 'comparison.svg'])
      assert.ok(existsSync(join(out, name)), name);
    for (const run of ['closed-book-seed1', 'closed-book-seed2', 'it-seed1', 'it-seed2']) {
      assert.equal(stateOf(RunFolder.open(join(out, run))), 'finished');
      assert.match(readFileSync(join(out, run, 'report.md'), 'utf8'), /EM/);
    }
  });

  it('keeps for every test question the prompt, the raw output and the gold answers', async () => {
    const { root, experiment } = await makeWorld();
    assert.equal((await pit('run', experiment)).code, 0);
    const path = join(root, 'runs/small/pit-seed1');
    const full = evaluations(path).filter(({ extent, split }) => extent === 'full' && split === 'test');
    assert.deepEqual(
      full.map(({ stage }) => stage),
      [1, 2],
    );
    const predictions = RunFolder.open(path).readPredictions(full[1].predictions!);
    assert.equal(predictions.length, 25);
    for (const { prompt, question, output, prediction, answers } of predictions) {
      assert.equal(prompt, `Question: ${question} Answer:`);
      assert.ok(output.includes(prediction));
      assert.ok(answers.length > 0);
    }
    const right = predictions.filter(({ exactMatch }) => exactMatch).length;
    assert.equal(full[1].answers?.exactMatch.value, right / 25);
  });

  it('evaluates on one fixed subset between the ends of stages', async () => {
    const { root, experiment } = await makeWorld({ recipes: [{ recipe: 'pit', epochs: [3, 1] }] });
    assert.equal((await pit('run', experiment)).code, 0);
    const path = join(root, 'runs/small/pit-seed1');
    const subsets = evaluations(path).filter(({ extent }) => extent === 'subset');
    assert.equal(subsets.length, 2);
    const asked = subsets.map(({ predictions }) =>
      RunFolder.open(path)
        .readPredictions(predictions!)
        .map(({ id }) => id),
    );
    assert.equal(asked[0].length, 3);
    assert.deepEqual(asked[0], asked[1]);
  });

  it('gives the same numbers for the same seed, and others for another', async () => {
    const { root, experiment } = await makeWorld();
    const losses = (name: string, run: string) =>
      RunFolder.open(join(root, name, run))
        .readEvents()
        .events.flatMap((event) => (event.type === 'step' ? [event.loss] : []));
    assert.equal((await pit('run', experiment, '--seeds', '2', '--out', join(root, 'a'))).code, 0);
    assert.equal((await pit('run', experiment, '--out', join(root, 'b'))).code, 0);
    assert.deepEqual(losses('a', 'pit-seed1'), losses('b', 'pit-seed1'));
    assert.notDeepEqual(losses('a', 'pit-seed1'), losses('a', 'pit-seed2'));
  });

  it('stops cleanly on Ctrl+C with code 130; the same command goes on, and then has nothing left to do', async () => {
    const { root, experiment } = await makeWorld({ recipes: [{ recipe: 'pit', epochs: [16, 1] }] });
    const path = join(root, 'runs/small/pit-seed1');
    const child = startPit('run', experiment);
    const ended = finish(child);
    await new Promise<void>((done) => {
      const timer = setInterval(() => {
        if (!existsSync(join(path, 'events.jsonl'))) return;
        clearInterval(timer);
        done();
      }, 5);
    });
    await until(child, path, (events) => events.some(({ type }) => type === 'step'));
    child.kill('SIGINT');
    const { code, stderr } = await ended;
    assert.equal(code, 130, stderr);
    assert.equal(stateOf(RunFolder.open(path)), 'stopped');
    assert.match(stderr, /pit resume/);
    assert.equal((await pit('run', experiment)).code, 0);
    const size = readFileSync(join(path, 'events.jsonl')).length;
    assert.equal((await pit('run', experiment)).code, 0);
    assert.equal(readFileSync(join(path, 'events.jsonl')).length, size);
  });

  it('stops with the reason when the loss is no number any more', async () => {
    const training = { sequence: 128, mixed: { rate: 1e30, batch: 8 }, optimizer: { clip: 0 } };
    const { root, experiment } = await makeWorld({ training });
    const { code, stderr } = await pit('run', experiment);
    assert.equal(code, 1);
    assert.match(stderr, /became (NaN|Infinity) at step \d+ of stage 1 .*try a lower rate/);
    assert.equal(stateOf(RunFolder.open(join(root, 'runs/small/pit-seed1'))), 'failed');
  });

  it('names file, line and field of bad data and makes no run', async () => {
    const { root, experiment } = await makeWorld();
    appendFileSync(join(root, 'data/train/qa.jsonl'), '{"wiki_id": "nobody", "question": "Who?", "answer": ""}\n');
    const { code, stderr } = await pit('run', experiment);
    assert.equal(code, 1);
    assert.match(stderr, /qa\.jsonl:51:\d+ answer: /);
    assert.ok(!existsSync(join(root, 'runs')));
  });

  it('refuses to mix runs of other settings', async () => {
    const { root, experiment } = await makeWorld();
    assert.equal((await pit('run', experiment)).code, 0);
    writeExperiment(root, { evaluation: { maxTokens: 5 } });
    const { code, stderr } = await pit('run', experiment);
    assert.equal(code, 1);
    assert.match(stderr, /other settings, data or model; choose another folder with --out/);
  });

  it('refuses an unknown recipe by name', async () => {
    const { experiment } = await makeWorld();
    const { code, stderr } = await pit('run', experiment, '--recipe', 'pitpp');
    assert.equal(code, 1);
    assert.match(stderr, /no recipe "pitpp"; it has pit\./);
  });
});
