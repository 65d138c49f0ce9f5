/** What people are told of the environment of the torch learner before and after it is made. */
import { torchFolder } from './environment';
import type { Build, Installer } from './installer';
import { buildFor, type Made, sizes } from './setup';

/** What will come, how large it is about, and how it is undone. */
export function announcement(build: Build, installer: Installer): string {
  const { kind, reason } = buildFor(build);
  return [
    `PyTorch with what belongs to it goes into ${torchFolder()}; deleting that folder undoes it.`,
    `  build: ${kind === 'cpu' ? 'CPU' : 'CUDA'}, ${reason}; ${sizeOf(kind)}`,
    ...(kind === 'cpu' && process.platform === 'linux'
      ? [`  where PyTorch's own place can't be reached: the package index's build with CUDA; ${sizeOf('cuda')}`]
      : []),
    `  by: ${installer.name}`,
  ].join('\n');
}

function sizeOf(kind: keyof typeof sizes): string {
  const [download, disk] = [sizes[kind].download, sizes[kind].disk].map((bytes) => (bytes / 1e9).toFixed(1));
  return `about ${download} GB to download, ${disk} GB on the disk`;
}

/** `PyTorch 2.15.0+cu132 (CUDA 13.2; NVIDIA H100) in FOLDER`. */
export function described({ torch, cuda, found }: Made): string {
  const devices = found.gpus.length > 0 ? found.gpus.map(({ name }) => name).join(', ') : 'no GPU that it can use';
  return `PyTorch ${torch} (${cuda ? `CUDA ${cuda}` : 'CPU'}; ${devices}) in ${torchFolder()}`;
}
