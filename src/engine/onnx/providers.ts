/** What ONNX Runtime can compute on here, what is missing, and the one command that would bring it. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { listSupportedBackends } from 'onnxruntime-node';
import type { Provider } from './graph';

/** Where the weights of a model in training can stay between steps; elsewhere they come back after each. */
export const keepsTensors = (provider: Provider) => provider === 'webgpu';

/** Why a provider can't be tried at all; undefined where it can. */
export function whyNot(provider: Exclude<Provider, 'cpu'>): string | undefined {
  const platform = `${process.platform} on ${process.arch}`;
  if (!listSupportedBackends().some(({ name }) => name === provider))
    return `onnxruntime-node has no ${names[provider]} for ${platform}`;
  if (provider === 'cuda' && !existsSync(cudaLibrary)) return 'its libraries are not installed';
  return undefined;
}

/** What a person would do to get it, as the end of a sentence; undefined where nothing would help. */
export function howToGet(provider: Exclude<Provider, 'cpu'>): string | undefined {
  if (!listSupportedBackends().some(({ name }) => name === provider)) return undefined;
  return ways[provider]();
}

const names = { webgpu: 'WebGPU', cuda: 'CUDA' };

const ways = {
  webgpu: () =>
    process.platform === 'linux'
      ? '"sudo apt-get install libvulkan1 mesa-vulkan-drivers" brings Vulkan to Debian and Ubuntu; that of NVIDIA comes with its driver'
      : "an up-to-date driver of the GPU's maker brings it",
  cuda: () => {
    if (existsSync(cudaLibrary))
      return 'it needs an NVIDIA driver, CUDA 12 and cuDNN 9, and the log names the library that is missing';
    if (existsSync(installer)) return `"node ${installer} --onnxruntime-node-install=cuda12" downloads them`;
    return 'this installation has no script that downloads them; a clone has';
  },
};

const library = path.join(path.dirname(require.resolve('onnxruntime-node')), '..');
const cudaLibrary = path.join(
  library,
  `bin/napi-v6/${process.platform}/${process.arch}/libonnxruntime_providers_cuda.so`,
);
const installer = path.join(library, 'script/install.js');
