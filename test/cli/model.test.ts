/** Commands on a model: asking it, evaluating it untrained, and writing it for other programs. */
import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readModelFolder } from '../../src/model/folder';
import { parametersOf } from '../../src/model/parameters';
import { RunFolder } from '../../src/run/folder';
import { textsByTransformersJs } from '../unit/engine/others';
import { makeWorld, pit, sha256, writeExperiment } from './small';

describe('a model on the command line', () => {
  let root: string;
  let whole: string;
  let adapted: string;
  const newest = (run: string) => {
    const at = join(run, 'checkpoints');
    return join(at, readdirSync(at).sort().at(-1)!);
  };
  const refused = async (...words: string[]) => {
    const { code, stderr } = await pit(...words);
    assert.equal(code, 1, stderr);
    return stderr;
  };

  before('train a model, and adapters of it', async () => {
    const world = await makeWorld();
    root = world.root;
    assert.equal((await pit('run', world.experiment)).code, 0);
    whole = join(root, 'runs/small/pit-seed1');
    cpSync(newest(whole), join(root, 'base'), { recursive: true });
    writeFileSync(join(root, 'base/README.md'), '---\nlicense: apache-2.0\n---\n# Base\n');
    const lora = { rank: 4, alpha: 8 };
    const training = { sequence: 160, mixed: { rate: 1e-2, batch: 8 }, documents: { rate: 1e-2, batch: 2 }, lora };
    const { code, stderr } = await pit('run', writeExperiment(root, { model: 'base', training }, 'adapted'));
    assert.equal(code, 0, stderr);
    adapted = join(root, 'runs/adapted/pit-seed1');
  });

  describe('pit ask', () => {
    it('gives the answers that the run itself gave', async () => {
      const run = RunFolder.open(whole);
      const last = run.readEvents().events.findLast((event) => event.type === 'evaluated' && event.split === 'test');
      assert.ok(last?.type === 'evaluated');
      const asked = run.readPredictions(last.predictions!).slice(0, 3);
      const questions = asked.map(({ question }) => question);
      const { stdout } = await pit('ask', whole, ...questions, '--max-tokens', '4', '--json');
      const answers = JSON.parse(stdout) as { prompt: string; output: string; answer: string }[];
      assert.deepEqual(
        answers.map(({ prompt, output, answer }) => ({ prompt, output, prediction: answer })),
        asked.map(({ prompt, output, prediction }) => ({ prompt, output, prediction })),
      );
      const plain = await pit('ask', newest(whole), questions[0], '--max-tokens', '4');
      assert.equal(plain.stdout, `${asked[0].prediction}\n`);
    });

    it('puts a document before the question', async () => {
      const file = join(root, 'text.txt');
      writeFileSync(file, 'The Rhine rises in the Alps.\n');
      const { stdout } = await pit('ask', whole, 'Where?', '--document', file, '--json');
      const [{ prompt }] = JSON.parse(stdout) as { prompt: string }[];
      assert.equal(prompt, 'The Rhine rises in the Alps.\nQuestion: Where? Answer:');
    });

    it('says in a sentence what is no model and what can not be read', async () => {
      assert.match(await refused('ask', join(root, 'nowhere'), 'Who?'), /nowhere does not exist\.\n$/);
      assert.match(
        await refused('ask', join(root, 'data'), 'Who?'),
        /config\.json can't be read: it does not exist\.\n$/,
      );
      assert.match(await refused('ask', whole, 'Who?', '--document', join(root, 'no.txt')), /no\.txt can't be read/);
    });
  });

  describe('pit evaluate', () => {
    it('asks zero-shot, closed-book and open-book, and keeps the predictions', async () => {
      const out = join(root, 'evaluation');
      const words = ['evaluate', whole, join(root, 'data'), '--out', out, '--shots', '2', '--max-tokens', '4'];
      const { code, stdout, stderr } = await pit(...words);
      assert.equal(code, 0, stderr);
      for (const title of ['Zero-shot', 'Closed-book', 'Open-book'])
        assert.match(stdout, new RegExp(`^\\| ${title}`, 'm'));
      const prompts = ['zero-shot', 'closed-book', 'open-book'].map((style) => {
        const run = RunFolder.open(join(out, `${style}-seed1`));
        const evaluated = run.readEvents().events.find(({ type }) => type === 'evaluated');
        assert.ok(evaluated?.type === 'evaluated' && evaluated.documents);
        const predictions = run.readPredictions(evaluated.predictions!);
        assert.equal(predictions.length, 25);
        return predictions[0].prompt;
      });
      assert.deepEqual(
        prompts.map((prompt) => prompt.split('Question:').length - 1),
        [1, 3, 3],
      );
      assert.equal((await pit(...words)).code, 0);
      assert.match(await refused(...words, '--shots', '3'), /holds an evaluation with other settings/);
    });

    it('evaluates adapters on their base', async () => {
      const words = ['--out', join(root, 'of-adapters'), '--prompts', 'zero-shot', '--max-tokens', '4'];
      const { code, stdout, stderr } = await pit('evaluate', adapted, join(root, 'data'), ...words);
      assert.equal(code, 0, stderr);
      assert.match(stdout, /^\| Zero-shot/m);
    });

    it('refuses a style of prompts that there is not', async () => {
      const stderr = await refused('evaluate', whole, join(root, 'data'), '--prompts', 'two-shot');
      assert.match(stderr, /There are no "two-shot" prompts; choose of zero-shot, closed-book, open-book\./);
    });
  });

  describe('pit export', () => {
    it('writes a whole model with a card', async () => {
      const to = join(root, 'exported');
      const { code, stderr } = await pit('export', whole, to);
      assert.equal(code, 0, stderr);
      assert.equal(sha256(join(to, 'model.safetensors')), sha256(join(newest(whole), 'model.safetensors')));
      const card = readFileSync(join(to, 'README.md'), 'utf8');
      assert.match(card, /\*\*Data hash\*\*: [0-9a-f]{64}/);
      assert.match(card, /\| ⑦.* \| all weights \| 1 \| 2\. .* \| \d/);
      assert.doesNotMatch(card, /^license:/m);
      assert.match(await refused('export', whole, to), /exported is not empty: it holds /);
    });

    it('takes adapters into the weights, so that the model gives the same answers without them', async () => {
      const to = join(root, 'merged');
      assert.equal((await pit('export', adapted, to)).code, 0);
      assert.ok(!existsSync(join(to, 'adapter_config.json')));
      assert.match(readFileSync(join(to, 'README.md'), 'utf8'), /^license: apache-2\.0$/m);
      const questions = ['When was Ethan Bell born?', 'Where was Olivia Turner born?'];
      const [before, after] = await Promise.all([adapted, to].map((model) => pit('ask', model, ...questions)));
      assert.equal(after.stdout, before.stdout);
      const [base, merged] = await Promise.all([join(root, 'base'), to].map(readModelFolder));
      const changed = parametersOf(base.config).map(async ({ name }) => {
        const [old, now] = await Promise.all([base, merged].map(({ weights }) => weights.read(name)));
        return [name, old.some((value, i) => value !== now[i])] as const;
      });
      for (const [name, is] of await Promise.all(changed)) assert.equal(is, /_proj\.weight$/.test(name), name);
    });

    it('writes adapters alone, and refuses where there are none', async () => {
      const to = join(root, 'adapter');
      assert.equal((await pit('export', adapted, to, '--to', 'peft')).code, 0);
      assert.deepEqual(readdirSync(to).sort(), [
        'README.md',
        'adapter_config.json',
        'adapter_model.safetensors',
        'tokenizer.json',
        'tokenizer_config.json',
      ]);
      assert.match(
        await refused('export', whole, join(root, 'x'), '--to', 'peft'),
        /has no adapters: all of its weights/,
      );
      assert.ok(!existsSync(join(root, 'x')));
    });

    it('writes a graph that transformers.js asks in text, adapters taken in', async () => {
      const to = join(root, 'graph');
      const { code, stderr } = await pit('export', adapted, to, '--to', 'onnx');
      assert.equal(code, 0, stderr);
      assert.deepEqual(readdirSync(to).sort(), [
        'README.md',
        'config.json',
        'generation_config.json',
        'onnx',
        'tokenizer.json',
        'tokenizer_config.json',
      ]);
      assert.match(
        readFileSync(join(to, 'README.md'), 'utf8'),
        /^license: apache-2\.0\nlibrary_name: transformers\.js$/m,
      );
      const questions = ['When was Ethan Bell born?', 'Where was Olivia Turner born?'];
      const { stdout } = await pit('ask', adapted, ...questions, '--max-tokens', '4', '--json');
      const asked = JSON.parse(stdout) as { prompt: string; output: string }[];
      assert.ok(asked.every(({ output }) => output !== ''));
      const texts = asked.map(({ prompt }) => prompt);
      assert.deepEqual(
        await textsByTransformersJs(to, texts, 4),
        asked.map(({ prompt, output }) => prompt + output),
      );
    });

    it('leaves nothing where it can not write', async () => {
      const blocked = join(root, 'blocked');
      mkdirSync(blocked);
      writeFileSync(join(blocked, 'file'), '');
      assert.match(await refused('export', whole, join(blocked, 'file')), /is a file; name a folder/);
      assert.deepEqual(readdirSync(blocked), ['file']);
    });
  });
});
