/** The scripts of package.json, as far as they need no VS Code. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { type Finished, finish } from './small';

const root = resolve(__dirname, '../..');

function script(name: string, ...words: string[]): Promise<Finished> {
  const child = spawn(process.execPath, [resolve(root, 'scripts', name), ...words], { cwd: root });
  return finish(child);
}

describe('npm test', () => {
  it('takes files and folders', async () => {
    const { code, stdout } = await script('test.mjs', 'test/unit/trainer/', 'test/unit/portions.test.ts');
    assert.match(stdout, /^Library and command line:$/m);
    const passed = Number(/^(\d+) passed, 0 failed$/m.exec(stdout)?.[1]);
    assert.ok(passed >= 5, stdout);
    assert.equal(code, 0);
  });
});
