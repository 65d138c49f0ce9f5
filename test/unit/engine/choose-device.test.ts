/** Which device is taken and what is said of one that isn't there. GPUs themselves are tried in test/gpu. */
import assert from 'node:assert/strict';
import { chooseDevice, tryProvider } from '../../../src/engine/onnx/choose-device';
import { deviceReport, processor, providerIn } from '../../../src/engine/onnx/device';
import { tryStep } from '../../../src/engine/onnx/trial';
import { UserError } from '../../../src/errors';

describe('choosing a device', () => {
  it('takes the processor without a trial where it is asked for', async () => {
    const { provider, reason } = await chooseDevice('cpu', 3);
    assert.deepEqual([provider, reason], ['cpu', 'as many threads as the experiment asks for']);
  });

  it('finds the provider again in what a run has reported', () => {
    for (const provider of ['cpu', 'webgpu', 'cuda'] as const)
      assert.equal(providerIn(deviceReport({ ...processor(1), provider })), provider);
  });

  for (const wanted of ['webgpu', 'cuda'] as const)
    it(`refuses ${wanted} where no GPU answers, with the reason and what would help (skipped where one answers)`, async function () {
      const { refusal } = await tryProvider(wanted, 1);
      if (refusal === undefined) return this.skip();
      await assert.rejects(chooseDevice(wanted, 1), (error) => {
        assert.ok(error instanceof UserError);
        assert.match(
          error.message,
          /^No GPU answers through (WebGPU|CUDA) \([^()]+\): set "device" to "cpu", or to "auto" to take what there is(; .+)?\.$/,
        );
        if (process.platform === 'linux' && process.arch === 'x64')
          assert.match(
            error.message,
            wanted === 'cuda' ? /--onnxruntime-node-install=cuda12" downloads them|log names/ : /mesa-vulkan-drivers/,
          );
        return true;
      });
    });

  it('says of "auto" what it took and why', async () => {
    const { provider, reason } = await chooseDevice('auto', 0);
    assert.match(
      reason,
      provider === 'cpu' ? /no GPU answers|faster than the GPU|can't train/ : /a product took [\d.]+ ms there/,
    );
  });

  it('tries a training step that must come out as on the processor', () => tryStep('cpu'));
});
