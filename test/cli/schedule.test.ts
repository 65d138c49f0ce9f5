import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeWorld, pit, writeExperiment } from './small';

describe('pit schedule', () => {
  it('shows stages, order, tokens and lengths of every recipe', async () => {
    const { experiment } = await makeWorld({ recipes: ['closed-book', { recipe: 'pit', epochs: [2, 3] }] });
    const { code, stdout, stderr } = await pit('schedule', experiment);
    assert.deepEqual([code, stderr], [0, '']);
    assert.match(stdout, /^closed-book\nNothing is trained/m);
    assert.match(
      stdout,
      /questions:train \+ documents:train, shuffled, 2 epochs, peak rate 0\.001, batches of 8 examples/,
    );
    assert.match(stdout, /60 examples, 16 steps/);
    assert.match(stdout, /^documents +15 /m);
    assert.ok(!stdout.includes('\x1b'));
  });

  it('gives the same as JSON, for one recipe and another seed', async () => {
    const { experiment } = await makeWorld({ recipes: ['closed-book', { recipe: 'pit', epochs: [2, 3] }] });
    const read = async (seed: string) => {
      const { stdout } = await pit('schedule', experiment, '--json', '--recipe', 'pit', '--seed', seed);
      return JSON.parse(stdout);
    };
    const [first, again, other] = [await read('1'), await read('1'), await read('2')];
    assert.deepEqual(first, again);
    assert.deepEqual(
      first.map(({ recipe, seed }: { recipe: string; seed: number }) => [recipe, seed]),
      [['pit', 1]],
    );
    const [{ stages }] = first;
    assert.deepEqual(
      stages.map(({ epochs, examples, steps }: Record<string, number>) => [epochs, examples, steps]),
      [
        [2, 60, 16],
        [3, 5, 9],
      ],
    );
    assert.notDeepEqual(stages[0].order, other[0].stages[0].order);
  });

  it('shows what would be cut', async () => {
    const { experiment } = await makeWorld({ training: { sequence: 40 }, recipes: ['cpt'] });
    const { stdout } = await pit('schedule', experiment);
    assert.match(stdout, /^5 documents cut at training\.sequence:$/m);
    assert.match(stdout, /test\/doc\.jsonl:1 .* \d+ tokens, 40 kept$/m);
  });

  it('shows the tokens of a question, its answer alone with a loss', async () => {
    const { root, experiment } = await makeWorld();
    writeFileSync(
      join(root, 'data/own.qa'),
      '# Sea\nid: sea\nsplit: train\n\nThe sea is blue.\n\nQ: Which colour has the sea?\nA: blue\n',
    );
    const { code, stdout } = await pit('schedule', experiment, '--tokens', 'sea?1', '--json');
    assert.equal(code, 0);
    const [{ kind, tokens }] = JSON.parse(stdout) as { kind: string; tokens: { text: string; weight: number }[] }[];
    const said = (some: { text: string }[]) => some.map(({ text }) => text).join('');
    assert.equal(kind, 'question');
    assert.equal(said(tokens.filter(({ weight }) => weight === 0)), '<bos>Question:·Which·colour·has·the·sea?·Answer:');
    assert.equal(said(tokens.filter(({ weight }) => weight === 1)), '·blue<eos>');
    assert.match((await pit('schedule', experiment, '--tokens', 'sea')).stdout, /^ +\d+ {2}0\.00 {2}<bos>$/m);
  });

  it('refuses an unknown id, an unknown recipe and a broken experiment in one sentence', async () => {
    const { root, experiment } = await makeWorld();
    const unknown = await pit('schedule', experiment, '--tokens', 'nobody');
    assert.deepEqual([unknown.code, unknown.stdout], [1, '']);
    assert.equal(unknown.stderr, 'No stage trains on a document or question with the id "nobody".\n');
    const recipe = await pit('schedule', experiment, '--recipe', 'mix');
    assert.deepEqual([recipe.code, recipe.stderr], [1, 'The experiment has no recipe "mix"; it has pit.\n']);
    const broken = await pit('schedule', writeExperiment(root, { recipes: ['nonsense'] }, 'broken'));
    assert.equal(broken.code, 1);
    assert.match(
      broken.stderr,
      /broken\.pit\.json:\d+:\d+ recipes\[0\]: .*\n.*can't run before this error is mended\.\n$/,
    );
  });
});
