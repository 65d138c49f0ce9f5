/** GPUs as the programs of a machine tell of them: lspci and nvidia-smi of other machines stand in for this one's. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import type { Finding } from '../../src/cli/diagnosis';
import { makeWorld } from './small';
import type { DeviceState } from '../../src/vscode/models/device-rows';

const [cli, trial] = ['cli', 'device-trial'].map((name) => resolve(__dirname, `../../dist/${name}.cjs`));
const place = mkdtempSync(join(tmpdir(), 'pit-gpus-'));
after(() => rmSync(place, { recursive: true }));

const nvidia = `01:00.0 VGA compatible controller: NVIDIA Corporation AD102 [GeForce RTX 4090] (rev a1) (prog-if 00 [VGA controller])
	Subsystem: ASUSTeK Computer Inc. Device 889a
	Region 0: Memory at 81000000 (32-bit, non-prefetchable) [size=16M]
	Region 1: Memory at 6000000000 (64-bit, prefetchable) [size=32G]
`;
const intel = `00:02.0 VGA compatible controller: Intel Corporation Raptor Lake-S GT1 [UHD Graphics 770] (rev 04)
	Region 2: Memory at 4000000000 (64-bit, prefetchable) [size=256M]
`;
const smi =
  '550.54.14, 0x889A1043, NVIDIA GeForce RTX 4090, 00000000:01:00.0, 0, 24564, 1144, 23420, 3, 1, 41, N/A, 21.5, 450.0, 210, 405';

/** What a bundle prints on a machine whose programs say this, and which has no torch: the doctor would try it. */
function told(programs: Record<string, string>, ...words: string[]): unknown {
  const bin = mkdtempSync(join(place, 'bin-'));
  for (const [name, says] of Object.entries(programs)) {
    writeFileSync(join(bin, name), `#!/bin/sh\ncat <<'END'\n${says}\nEND\n`);
    chmodSync(join(bin, name), 0o755);
  }
  const env = { ...process.env, PATH: [bin, process.env.PATH].join(delimiter), PIT_HOME: place, PIT_TORCH_PYTHON: '' };
  return JSON.parse(spawnSync(process.execPath, words, { env, encoding: 'utf8' }).stdout);
}

const findings = (programs: Record<string, string>, ...names: string[]) =>
  (told(programs, cli, 'doctor', '--json') as Finding[]).filter(({ name }) => names.includes(name));

describe('GPUs of other machines (Linux alone has programs that can be put in their place)', function () {
  before(function () {
    if (process.platform !== 'linux') this.skip();
  });

  it('are listed with driver and memory, as far as these are told', () => {
    assert.deepEqual(
      findings({ lspci: nvidia + intel, 'nvidia-smi': smi }, 'GPU').map(({ detail }) => detail),
      [
        'NVIDIA GeForce RTX 4090, driver 550.54.14, 25.76 GB of memory, 1.20 GB of it in use',
        'Intel Corporation Raptor Lake-S GT1 [UHD Graphics 770], how much memory it has is not told',
      ],
    );
  });

  it('that could do more come with the command that would enable it', () => {
    const [cuda] = findings({ lspci: nvidia, 'nvidia-smi': smi }, 'CUDA');
    if (process.arch !== 'x64') assert.match(cuda.detail, /has no CUDA for linux on arm64/);
    else if (cuda.state === 'warn')
      assert.match(
        cuda.advice ?? '',
        /^"node .*install\.js --onnxruntime-node-install=cuda12" downloads them\.$|names the library/,
      );
    else assert.match(cuda.detail, /a product took/);
  });

  it('give the devices of the window their memory, where it is told and no doubt is whose', () => {
    const memories = (programs: Record<string, string>) => {
      const states = told(programs, trial, 'onnx') as DeviceState[];
      return ['webgpu', 'cuda'].map((name) => states.find(({ device }) => device === name)!.memory);
    };
    const memory = 24564 * 2 ** 20;
    assert.deepEqual(memories({ lspci: nvidia, 'nvidia-smi': smi }), [memory, memory]);
    assert.deepEqual(memories({ lspci: intel + nvidia, 'nvidia-smi': smi }), [undefined, memory]);
    assert.deepEqual(memories({ lspci: '' }), [undefined, undefined]);
  });

  it('set the limit to what an experiment on one of them may take', async () => {
    const { experiment } = await makeWorld({ device: 'cuda' });
    const check = (says: string) =>
      told({ lspci: nvidia, 'nvidia-smi': says }, cli, 'check', '--json', experiment) as {
        errors: number;
        problems: { message: string }[];
      };
    assert.equal(check(smi).errors, 0);
    const { errors, problems } = check(smi.replace('24564', '512'));
    assert.equal(errors, 1);
    assert.match(problems[0].message, /Training takes about .*, and NVIDIA GeForce RTX 4090 has 0\.54 GB[:,]/);
  });

  it('are not missed where there are none', () => {
    const [gpu, ...others] = findings({ lspci: '' }, 'GPU', 'WebGPU', 'CUDA');
    assert.deepEqual(gpu, { state: 'ok', name: 'GPU', detail: 'the system lists none' });
    assert.deepEqual(
      others.map(({ name, state }) => `${name} ${state}`),
      ['WebGPU ok', 'CUDA ok'],
    );
  });
});
