import assert from 'node:assert/strict';
import { once } from 'node:events';
import { appendFileSync, cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Problem } from '../../src/dataset/model';
import { inFolder } from '../unit/dataset/folder';
import { finish, makeWorld, pit, startPit, writeExperiment } from './small';

const goodFiles = {
  'doc.jsonl': '{"wiki_id": 1, "title": "Rhine", "text": "A river."}\n',
  'qa.jsonl': '{"wiki_id": 1, "question": "What is it?", "answer": "a river"}\n',
};

const lineOf = (file: string, text: string) =>
  readFileSync(file, 'utf8')
    .split('\n')
    .findIndex((line) => line.includes(text)) + 1;
const at = (line: number, field: string) => new RegExp(`small\\.pit\\.json:${line}:\\d+ ${field}: `, 'm');

describe('pit check', () => {
  it('finds nothing wrong with good data, and counts it', () =>
    inFolder(goodFiles, async (folder) => {
      const { code, stdout, stderr } = await pit('check', folder);
      assert.deepEqual([code, stderr], [0, '']);
      assert.equal(stdout, 'No problems in 1 document, 1 question.\n');
    }));

  it('tells every problem with file, line, column and field, and ends with 1', () =>
    inFolder({ ...goodFiles, 'qa.jsonl': '{"wiki_id": 1, "answer": ""}\nnot json\n' }, async (folder) => {
      const { code, stdout } = await pit('check', folder);
      assert.equal(code, 1);
      const lines = stdout.trimEnd().split('\n');
      assert.match(lines[0], new RegExp(`^${join(folder, 'qa.jsonl')}:1:\\d+ (question|answer): \\S.*\\.$`));
      assert.match(lines.at(-2)!, /qa\.jsonl:2:\d+ \S.*\.$/);
      assert.equal(lines.at(-1), `${lines.length - 1} errors, 0 warnings in 1 document, 0 questions.`);
    }));

  it('gives the same as JSON', () =>
    inFolder({ ...goodFiles, 'qa.jsonl': '{"wiki_id": 2, "question": "Q?", "answer": "a"}\n' }, async (folder) => {
      const { code, stdout } = await pit('check', folder, '--json');
      const found = JSON.parse(stdout) as { errors: number; problems: Problem[]; documents: number };
      assert.deepEqual([code, found.errors, found.documents], [1, 1, 1]);
      const [{ severity, file, line, message }] = found.problems;
      assert.deepEqual([severity, file, line], ['error', join(folder, 'qa.jsonl'), 1]);
      assert.match(message, /^No document has the id or title "2"\.$/);
    }));

  it('takes several paths as one dataset', () =>
    inFolder(
      { 'a/train/doc.jsonl': goodFiles['doc.jsonl'], 'b/train/qa.jsonl': goodFiles['qa.jsonl'] },
      async (folder) => {
        assert.equal((await pit('check', join(folder, 'a'), join(folder, 'b'))).code, 0);
        assert.equal((await pit('check', join(folder, 'b'))).code, 1);
      },
    ));

  it('checks an experiment with its data and its model', async () => {
    const { root } = await makeWorld();
    const file = writeExperiment(root, { model: { preset: 'huge' }, data: ['data', 'more'] });
    const { code, stdout } = await pit('check', file);
    assert.equal(code, 1);
    assert.match(
      stdout,
      /small\.pit\.json:4:\d+ model\.preset: There is no model preset "huge"; choose one of pico, nano, /,
    );
    assert.match(stdout, /more:1:1 This path does not exist\.$/m);
    assert.match(stdout, /^2 errors, 0 warnings in 1 experiment, 15 documents, 75 questions\.$/m);
  });

  it('names a model folder that is missing', async () => {
    const { root } = await makeWorld();
    const { code, stdout } = await pit('check', writeExperiment(root, { model: 'nowhere' }));
    assert.equal(code, 1);
    assert.match(stdout, /small\.pit\.json:3:\d+ model: .*nowhere\/config\.json can't be read: it does not exist\.$/m);
  });

  it('compiles the stages: a text that is too long, an empty part and an unknown id end it before a run', async () => {
    const { root } = await makeWorld();
    const questions = join(root, 'data/train/qa.jsonl');
    const { wiki_id } = JSON.parse(readFileSync(questions, 'utf8').split('\n')[0]);
    const question = `Who was ${Array.from({ length: 100 }, (_, i) => i * 7919).join(' ')}?`;
    appendFileSync(questions, `${JSON.stringify({ wiki_id, question, answer: 'nobody' })}\n`);
    const stages = [
      { parts: ['questions:train', 'documents:base'] },
      { parts: ['documents:test'], arrangement: 'manual', order: ['nobody'] },
    ];
    const file = writeExperiment(root, { recipes: undefined, stages });
    const { code, stdout } = await pit('check', file);
    assert.equal(code, 1);
    assert.match(stdout, at(lineOf(file, 'documents:base'), 'stages\\[0\\]\\.parts\\[1\\]'));
    assert.match(stdout, at(lineOf(file, 'nobody'), 'stages\\[1\\]\\.order\\[0\\]'));
    assert.match(stdout, /qa\.jsonl:51:1 question: The question \S+ takes \d+ tokens, but training\.sequence allows/);
    assert.match(stdout, /^3 errors, 0 warnings/m);
    const run = await pit('run', file, '--out', join(root, 'out'));
    assert.deepEqual([run.code, existsSync(join(root, 'out'))], [1, false]);
    assert.match(run.stderr, /can't run before these 3 errors are mended/);
  });

  it('compiles the recipes, and warns of what is cut', async () => {
    const { root } = await makeWorld();
    const changes = { recipes: ['cpt'], training: { sequence: 40, keptQuestions: 0 } };
    const file = writeExperiment(root, changes);
    const { code, stdout } = await pit('check', file);
    assert.equal(code, 0);
    assert.match(stdout, at(lineOf(file, '"sequence"'), 'training\\.sequence'));
    assert.match(stdout, /Cut at 40 tokens: 5 of 5 documents, \d+ tokens/);
    assert.match(stdout, /^0 errors, 1 warning in/m);
    writeExperiment(root, { ...changes, recipes: ['pit', 'cpt'], splits: { train: 'nowhere' } });
    assert.match((await pit('check', file)).stdout, at(lineOf(file, '"pit"'), 'recipes\\[0\\]'));
  });

  it('refuses an example that is longer than the model', async () => {
    const { root } = await makeWorld();
    const model = join(root, 'model');
    cpSync(resolve(__dirname, '../../samples/bios/model'), model, { recursive: true });
    const config = readFileSync(join(model, 'config.json'), 'utf8');
    writeFileSync(
      join(model, 'config.json'),
      config.replace('"max_position_embeddings": 1024', '"max_position_embeddings": 16'),
    );
    const { code, stdout } = await pit('check', writeExperiment(root, { model: 'model' }));
    assert.equal(code, 1);
    assert.match(
      stdout,
      /training\.sequence: The \w+ \S+ takes \d+ places, but the model has 16: lower training\.sequence to 16\./,
    );
  });

  it('checks a folder with experiments through them, and passes over their runs', async () => {
    const { root, experiment } = await makeWorld();
    mkdirSync(join(root, 'runs'));
    writeFileSync(join(root, 'runs/events.jsonl'), 'no data\n');
    const { code, stdout } = await pit('check', root);
    assert.equal(code, 0, stdout);
    assert.equal(stdout, 'No problems in 1 experiment, 15 documents, 75 questions.\n');
    writeFileSync(experiment, readFileSync(experiment, 'utf8').replace('"pit"', '"pti"'));
    assert.match((await pit('check', root)).stdout, /recipes\[0\]\.recipe: .*"pti".*pit/);
  });

  it('tells that a path does not exist', async () => {
    assert.match((await pit('check', '/nowhere/data')).stdout, /^\/nowhere\/data:1:1 This path does not exist\.$/m);
    const { code, stdout, stderr } = await pit('check', '/nowhere/x.pit.json');
    assert.deepEqual([code, stdout], [1, '']);
    assert.equal(stderr, 'Cannot read the experiment /nowhere/x.pit.json: there is no such file.\n');
  });

  it('ends quietly when nobody reads on', () =>
    inFolder({ 'train/qa.jsonl': 'broken\n'.repeat(20_000) }, async (folder) => {
      const child = startPit('check', folder);
      const ended = finish(child);
      await once(child.stdout!, 'data');
      child.stdout!.destroy();
      const { code, stderr } = await ended;
      assert.equal(stderr, '');
      assert.notEqual(code, 70);
    }));
});

describe('pit generate bios', () => {
  const words = ['--train', '6', '--test', '4', '--base', '3', '--base-texts', '2', '--seed', '7'];

  it('writes the Wiki2023 layout, the same bytes for the same seed', () =>
    inFolder({}, async (folder) => {
      const [one, two] = [join(folder, 'one'), join(folder, 'two')];
      const { code, stdout } = await pit('generate', 'bios', one, ...words);
      assert.equal(code, 0);
      assert.match(stdout, /^train: 6 documents, 30 questions$/m);
      assert.match(stdout, /^base: 6 documents, 0 questions$/m);
      await pit('generate', 'bios', two, ...words);
      for (const file of ['train/doc.jsonl', 'train/qa.jsonl', 'test/doc.jsonl', 'test/qa.jsonl', 'base/doc.jsonl'])
        assert.deepEqual(readFileSync(join(one, file)), readFileSync(join(two, file)), file);
      assert.ok(!existsSync(join(one, 'base/qa.jsonl')));
      assert.equal((await pit('check', one)).code, 0);
    }));

  it('tells as JSON what was written and with which settings', () =>
    inFolder({}, async (folder) => {
      const out = join(folder, 'out');
      const { stdout } = await pit('generate', 'bios', out, ...words, '--json', '--attributes', 'city', '--pronouns');
      const told = JSON.parse(stdout);
      assert.deepEqual(told.splits, [
        { split: 'train', documents: 6, questions: 6 },
        { split: 'test', documents: 4, questions: 4 },
        { split: 'base', documents: 6, questions: 0 },
      ]);
      const { people, seed, attributes, pronouns, years } = told.settings;
      assert.deepEqual(people, { train: 6, test: 4, base: 3 });
      assert.deepEqual([seed, attributes, pronouns, years], [7, ['city'], true, [1940, 1989]]);
    }));

  it('never writes into a folder that holds something', () =>
    inFolder({ 'mine.txt': 'x' }, async (folder) => {
      const { code, stderr } = await pit('generate', 'bios', folder);
      assert.equal(code, 1);
      assert.equal(stderr, `${folder} is not empty: it holds mine.txt; name a folder that is new or empty.\n`);
    }));

  it('says where nothing may be written (skipped without /proc, off Linux)', async function () {
    if (!existsSync('/proc/self')) this.skip();
    const { code, stderr } = await pit('generate', 'bios', '/proc/nowhere');
    assert.deepEqual([code, stderr], [1, "/proc/nowhere can't be written: permission denied.\n"]);
  });

  it('refuses what there is not', async () => {
    const { code, stderr } = await pit(
      'generate',
      'bios',
      '/nowhere/x',
      '--train',
      '9',
      '--last-names',
      '1',
      '--first-names',
      '2',
    );
    assert.deepEqual([code, stderr.includes('at ')], [1, false]);
    assert.match(stderr, /^People in train must be a whole number from 0 to 2, not 9\.\n$/);
    for (const bad of [
      ['--train', '1.5'],
      ['--years', '1990'],
      ['--attributes', 'city,shoe'],
      ['--colour', 'red'],
    ])
      assert.equal((await pit('generate', 'bios', '/nowhere/x', ...bad)).code, 2, bad.join(' '));
  });
});
