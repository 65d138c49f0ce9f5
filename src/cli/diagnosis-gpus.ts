/** What `pit doctor` looks at of GPUs: which there are, and whether the engine onnx can train on them. None is ever needed. */
import { gigabytes } from '../engine/bytes';
import { type Gpu, listGpus } from '../engine/gpus';
import { messageOf } from '../errors';
import type { Finding } from './diagnosis';

export async function diagnoseGpus(): Promise<Finding[]> {
  const gpus = await listGpus();
  const listed = gpus.map((gpu): Finding => ({ state: 'ok', name: 'GPU', detail: describeGpu(gpu) }));
  const none: Finding = { state: 'ok', name: 'GPU', detail: 'the system lists none', ...(await lister()) };
  return [...(gpus.length > 0 ? listed : [none]), ...(await providers(gpus).catch(unloadable))];
}

/** `NVIDIA H100 80GB HBM3, driver 550.54.14, 85.52 GB of memory, 1.20 GB of it in use` */
export function describeGpu({ name, driver, memory, used, isShared }: Gpu): string {
  const unknown = isShared ? "computes in the machine's memory" : 'how much memory it has is not told';
  const parts = [
    name,
    driver && `driver ${driver}`,
    memory === undefined ? unknown : `${gigabytes(memory)} of memory`,
    used !== undefined && `${gigabytes(used)} of it in use`,
  ];
  return parts.filter(Boolean).join(', ');
}

/** The engine says itself that it can't be loaded. */
function unloadable(error: unknown): Finding[] {
  return [{ state: 'warn', name: 'WebGPU', detail: messageOf(error).split('\n')[0] }];
}

async function providers(gpus: readonly Gpu[]): Promise<Finding[]> {
  const { chooseDevice, tryProvider } = await import('../engine/onnx/choose-device');
  const { howToGet } = await import('../engine/onnx/providers');
  const findings: Finding[] = [];
  for (const [provider, name] of [
    ['webgpu', 'WebGPU'],
    ['cuda', 'CUDA'],
  ] as const) {
    const { time, refusal } = await tryProvider(provider, 0);
    const isMissed = provider === 'cuda' ? gpus.some(({ isNvidia }) => isNvidia) : gpus.length > 0;
    const advice = refusal && isMissed ? howToGet(provider) : undefined;
    const detail = refusal ?? `a product took ${time!.toFixed(1)} ms`;
    findings.push({ state: advice ? 'warn' : 'ok', name, detail, ...(advice && { advice: `${advice}.` }) });
  }
  const { provider, reason } = await chooseDevice('auto', 0);
  return [...findings, { state: 'ok', name: 'Device', detail: `"auto" takes ${provider}: ${reason}` }];
}

/** Without lspci, Linux lists none whatever there is. */
async function lister(): Promise<Pick<Finding, 'advice'>> {
  const { spawnSync } = await import('node:child_process');
  if (process.platform !== 'linux' || !spawnSync('lspci').error) return {};
  return {
    advice: 'There is no lspci to list them with; "sudo apt-get install pciutils" brings it to Debian and Ubuntu.',
  };
}
