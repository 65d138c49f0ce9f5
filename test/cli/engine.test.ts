/**
 * What computes a model that is asked: said with every answer, never guessed, and gone when a person stops it. A program
 * that does nothing stands in for Python here; test/torch has the real one.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { version } from 'onnxruntime-node/package.json';
import { trainTokenizer } from '../../src/model/bpe';
import { writeModelFolder } from '../../src/model/folder';
import { initialize } from '../../src/model/parameters';
import { presetConfig } from '../../src/model/presets';
import { runFiles, RunFolder } from '../../src/run/folder';
import { isAlive, markOf, type ProcessMark } from '../../src/run/process';
import { type Finished, finish, makeWorld } from './small';

const dist = resolve(__dirname, '../../dist');

describe('the engine that computes a model', () => {
  let root: string;
  let own: string;
  let other: string;

  before('a model, and the same by the name of another family', async () => {
    ({ root } = await makeWorld());
    [own, other] = ['own', 'other'].map((name) => join(root, name));
    const config = { ...presetConfig('nano', { vocabSize: 259, bos: 1, eos: 2, pad: 0 }), layers: 1 };
    await writeModelFolder(own, { config, weights: initialize(config, 1), tokenizer: trainTokenizer(['a'], 259) });
    cpSync(own, other, { recursive: true });
    const json = readFileSync(join(own, 'config.json'), 'utf8');
    writeFileSync(join(other, 'config.json'), json.replace('"model_type": "llama"', '"model_type": "phi"'));
  });

  /** @param python what is to be torch's Python; nobody's if left out */
  function start(program: string, words: string[], python = ''): ChildProcess {
    const env = { ...process.env, PIT_HOME: join(root, 'home'), PIT_TORCH_PYTHON: python };
    return spawn(process.execPath, [join(dist, `${program}.cjs`), ...words], { cwd: root, env, stdio: 'pipe' });
  }

  const pit = (...words: string[]): Promise<Finished> => finish(start('cli', words));

  it('is said with every answer', async () => {
    const { code, stdout, stderr } = await pit('ask', own, 'Who?', 'Where?', '-m', '2', '-t', '1', '--json');
    assert.equal(code, 0, stderr);
    const answers = JSON.parse(stdout) as Record<string, string>[];
    const said = answers.map(({ question, engine, device }) => [question, engine, device]);
    assert.deepEqual(said, [
      ['Who?', 'onnx', 'cpu, 1 thread'],
      ['Where?', 'onnx', 'cpu, 1 thread'],
    ]);
    assert.equal(answers[0].version, version);
  });

  it('is named where only torch may have the family, and nothing is begun', async () => {
    for (const words of [
      ['ask', other, 'Who?'],
      ['evaluate', other, join(root, 'data')],
    ]) {
      const { code, stdout, stderr } = await pit(...words);
      assert.deepEqual([code, stdout], [1, ''], stderr);
      assert.match(stderr, /^\S+other can't be opened: onnx has no family "phi", [^\n]*"pit setup torch"[^\n]*\n$/);
    }
    assert.ok(!existsSync(join(root, 'runs')));
  });

  it('is refused where it is not there or has not the family', async () => {
    const torch = await pit('ask', own, 'Who?', '--engine', 'torch');
    assert.match(torch.stderr, /^The torch engine is not set up: "pit setup torch" [^\n]*\n$/);
    const onnx = await pit('ask', other, 'Who?', '--engine', 'onnx');
    assert.match(onnx.stderr, /^\S+config\.json: field "model_type" is "phi", but only [^\n]*\n$/);
    const unknown = await pit('evaluate', own, join(root, 'data'), '--engine', 'tfjs');
    assert.match(unknown.stderr, /'tfjs' is invalid\. Allowed choices are onnx, torch/);
    assert.deepEqual([torch.code, onnx.code, unknown.code], [1, 1, 2]);
  });

  describe('with processes of its own', () => {
    let python: string;
    let file: string;

    beforeEach('a Python that finds no GPU, and waits where it is to learn', () => {
      [python, file] = ['python', 'pid'].map((name) => join(root, name));
      rmSync(file, { force: true });
      const probe = `echo '{"gpus": [], "cuda": null}'`;
      const work = `echo $$ > ${file}.new; mv ${file}.new ${file}; exec sleep 300`;
      writeFileSync(python, `#!/bin/sh\ncase "$*" in *probe.py*) ${probe} ;; *) ${work} ;; esac\n`);
      chmodSync(python, 0o755);
    });

    /** The process that learns, once it is there. */
    async function worker(of: ChildProcess): Promise<ProcessMark> {
      while (!existsSync(file)) {
        assert.equal(of.exitCode, null, 'It ended too soon');
        await delay(5);
      }
      return markOf(Number(readFileSync(file, 'utf8')));
    }

    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      it(`pit ask ends them at ${signal}`, async () => {
        const child = start('cli', ['ask', other, 'Who?'], python);
        const ended = finish(child);
        const mark = await worker(child);
        child.kill(signal);
        const { code, stdout, stderr } = await ended;
        assert.deepEqual([code, stdout], [130, '']);
        assert.equal(stderr, 'torch computes this model: onnx has no family "phi".\nStopped.\n');
        assert.ok(!isAlive(mark));
      });

    it('the answering process ends them when it is ended', async () => {
      const run = RunFolder.create(join(root, 'asked'), {
        ...{ name: 'asked', recipe: 'pit', title: 'PIT', seed: 1, created: '', model: 'other' },
        ...{ dataHash: '', versions: {} },
      });
      run.writeJson(runFiles.experiment, { recipes: ['pit'], threads: 1, evaluation: {}, splits: {} });
      const child = start('answerer', [run.path, other], python);
      const ended = finish(child);
      const mark = await worker(child);
      child.kill();
      const { code, stdout } = await ended;
      assert.equal(code, 1);
      assert.equal(stdout, '{"failed":"The torch processes were ended while they started, as was asked for."}\n');
      assert.ok(!isAlive(mark));
    });

    it('pit evaluate ends them when it is stopped twice', async () => {
      const words = ['evaluate', other, join(root, 'data'), '--out', join(root, 'evaluation')];
      const child = start('cli', words, python);
      const ended = finish(child);
      const mark = await worker(child);
      child.kill('SIGINT');
      const run = RunFolder.open(join(root, 'evaluation/zero-shot-seed1'));
      while (!run.stopRequested()) await delay(5);
      child.kill('SIGINT');
      assert.equal((await ended).code, 130);
      assert.ok(!isAlive(mark));
    });
  });
});
