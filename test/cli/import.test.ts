/** `pit import` as a person calls it: what it writes and says, what it refuses, and how it is stopped. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { readModelFolder } from '../../src/model/folder';
import { fixture, writeLarge } from '../unit/model/gguf.support';
import { finish, pit, startPit } from './small';

const cli = resolve(__dirname, '../../dist/cli.cjs');

describe('pit import', () => {
  const root = mkdtempSync(join(tmpdir(), 'pit-import-'));
  after(() => rmSync(root, { recursive: true }));

  it('makes a model folder beside the reader and says what quantisation cost', async () => {
    const cwd = join(root, 'here');
    mkdirSync(cwd);
    const child = spawn(process.execPath, [cli, 'import', fixture('llama.gguf')], { cwd });
    const { code, stdout, stderr } = await finish(child);
    assert.deepEqual([code, stderr], [0, '']);
    assert.match(stdout, /^type +tensors +weights +share +bits a weight +step \/ deviation\n/);
    assert.match(stdout, /^Q4_1 +4 +\d,\d{3} +\d+\.\d % +5\.00 +0\.2\d\d$/m);
    assert.match(stdout, /^F32 +5 +160 +\d\.\d % +32\.00$/m);
    assert.match(stdout, /^0\.0 MB as GGUF, 0\.1 MB as F32\.$/m);
    assert.match(stdout, /the precision that was lost does not come back\.\n/);
    assert.match(stdout, /\nWritten to llama\.\n$/);
    const { config } = await readModelFolder(join(cwd, 'llama'));
    assert.equal(config.hiddenSize, 32);
  });

  it('tells programs the same', async () => {
    const to = join(root, 'json');
    const { stdout } = await pit('import', fixture('qwen3.gguf'), '--to', to, '--json');
    const { folder, size, costs } = JSON.parse(stdout);
    assert.deepEqual([folder, Object.keys(size)], [to, ['file', 'weights']]);
    assert.deepEqual(costs.map(({ type }: { type: string }) => type).sort(), ['F32', 'Q4_0', 'Q4_K', 'Q8_0']);
  });

  it('refuses in one sentence and leaves nothing behind', async () => {
    const cut = join(root, 'cut.gguf');
    writeFileSync(cut, readFileSync(fixture('llama.gguf')).subarray(0, 9000));
    const before = readdirSync(root);
    const { code, stdout, stderr } = await pit('import', cut, '--to', join(root, 'cut'));
    assert.deepEqual([code, stdout], [1, '']);
    assert.match(
      stderr,
      /^\S+cut\.gguf is not a sound GGUF file: tensor ".+" reaches beyond the end of the file; .+\.\n$/,
    );
    assert.deepEqual(readdirSync(root), before);
    const used = await pit('import', fixture('llama.gguf'), '--to', root);
    assert.equal(used.code, 1);
    assert.match(used.stderr, /^\S+ is not empty: it holds cut\.gguf; name a folder that is new or empty\.\n$/);
  });

  const left = (signal: string) => readdirSync(root).filter((name) => name.includes(signal));

  /** Sends the signal while weights are written. */
  async function interrupted(signal: NodeJS.Signals) {
    const file = join(root, 'large.gguf');
    writeLarge(file);
    const child = startPit('import', file, '--to', join(root, signal));
    const ended = finish(child);
    const isWriting = () => left(signal).some((name) => readdirSync(join(root, name)).some(isUnfinishedWeights));
    await until(isWriting, () => child.exitCode === null);
    child.kill(signal);
    return ended;
  }

  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    it(`stops at ${signal} and leaves nothing behind`, async () => {
      const { code, stdout, stderr } = await interrupted(signal);
      assert.deepEqual([code, stdout, stderr], [130, '', 'Stopped; nothing was written.\n']);
      assert.deepEqual(left(signal), []);
    });
  }

  it('clears what one that was killed has left', async () => {
    await interrupted('SIGKILL');
    assert.equal(left('SIGKILL').length, 1);
    const { code } = await pit('import', fixture('llama.gguf'), '--to', join(root, 'next'));
    assert.deepEqual([code, left('SIGKILL')], [0, []]);
  });
});

const isUnfinishedWeights = (name: string) => /^model\.safetensors\..+\.tmp$/.test(name);

/** Resolves when it is so; fails if the program ends before. */
function until(isSo: () => boolean, isRunning: () => boolean): Promise<void> {
  return new Promise((done, fail) => {
    const timer = setInterval(() => {
      if (isSo()) done();
      else if (isRunning()) return;
      else fail(new Error('The program ended too soon.'));
      clearInterval(timer);
    }, 5);
  });
}
