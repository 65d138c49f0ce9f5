/** A container that leaves a program less memory than the machine has: every part counts with what is left. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { totalmem } from 'node:os';
import { resolve } from 'node:path';
import type { Finding } from '../../src/cli/diagnosis';
import type { DeviceState } from '../../src/vscode/models/device-rows';

/** Bytes; less than any machine has that trains. */
const left = 2 ** 30;

/** What a bundle prints as JSON where Node says that so much is left, and where no torch is: the doctor would try it. */
function told<T>(bundle: string, ...words: string[]): T {
  const container = `data:text/javascript,process.constrainedMemory = () => ${left}`;
  const file = resolve(__dirname, `../../dist/${bundle}.cjs`);
  const env = { ...process.env, PIT_HOME: file, PIT_TORCH_PYTHON: '' };
  const { stdout } = spawnSync(process.execPath, ['--import', container, file, ...words], { env, encoding: 'utf8' });
  return JSON.parse(stdout) as T;
}

describe('the memory that a container leaves', () => {
  before(() => assert.ok(totalmem() > left));

  it('is what the doctor tells, who warns where it is little', () => {
    const memory = told<Finding[]>('cli', 'doctor', '--json').find(({ name }) => name === 'Memory');
    assert.match(memory!.detail, /^(0\.\d|1\.0) GiB free of 1\.0 GiB$/);
    assert.equal(memory!.state, 'warn');
  });

  it('is what the list of devices tells of the processor', () => {
    const processor = told<DeviceState[]>('device-trial', 'onnx').find(({ device }) => device === 'cpu');
    assert.equal(processor!.memory, left);
  });
});
