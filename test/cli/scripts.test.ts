/** The scripts of package.json, as far as they need no VS Code. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Finished, finish } from './small';

const root = resolve(__dirname, '../..');

function script(name: string, ...words: string[]): Promise<Finished> {
  const child = spawn(process.execPath, [resolve(root, 'scripts', name), ...words], { cwd: root });
  return finish(child);
}

describe('npm run package', () => {
  it('says of a platform without a library that there is none, and makes nothing', async () => {
    const { code, stdout, stderr } = await script('package.mjs', 'darwin-x64');
    assert.deepEqual([code, stdout], [1, '']);
    assert.match(stderr, /^onnxruntime-node has no library for darwin-x64, .* linux-x64, .*win32-arm64\.$/m);
  });

  it('knows every platform that the engine has a library for', () => {
    const bin = resolve(root, 'node_modules/onnxruntime-node/bin/napi-v6');
    const found = readdirSync(bin).flatMap((system) =>
      readdirSync(resolve(bin, system)).map((processor) => `${system}-${processor}`),
    );
    const [, list] = /const targets = \[(.*)\]/.exec(readFileSync(resolve(root, 'scripts/package.mjs'), 'utf8'))!;
    assert.deepEqual([...list.matchAll(/'([\w-]+)'/g)].map(([, name]) => name).sort(), found.sort());
  });
});

describe('npm test', () => {
  it('takes files and folders', async () => {
    const { code, stdout } = await script('test.mjs', 'test/unit/metrics/', 'test/unit/portions.test.ts');
    assert.match(stdout, /^Library:$/m);
    const passed = Number(/^(\d+) passed, 0 failed$/m.exec(stdout)?.[1]);
    assert.ok(passed >= 5, stdout);
    assert.equal(code, 0);
  });
});
