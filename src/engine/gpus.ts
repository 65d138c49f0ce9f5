/**
 * The GPUs of a machine, as its own tools tell of them: lspci and nvidia-smi on Linux, the system's on macOS and Windows.
 * Asking starts programs and takes up to seconds.
 */
import { readFileSync } from 'node:fs';
import type { Systeminformation } from 'systeminformation';

export interface Gpu {
  /** As its maker calls it. */
  name: string;
  driver?: string;
  /** Bytes of its own; undefined where nothing tells, or it uses the machine's. */
  memory?: number;
  /** Bytes that all programs together use. */
  used?: number;
  /** Whether it computes in the machine's memory. */
  isShared: boolean;
  isNvidia: boolean;
}

export async function listGpus(): Promise<Gpu[]> {
  const { graphics } = await import('systeminformation');
  // Some systems give nothing at all.
  const found = (await graphics()) as Systeminformation.GraphicsData | null;
  return (found?.controllers ?? []).map(asGpu);
}

type Controller = Systeminformation.GraphicsControllerData;

function asGpu(controller: Controller): Gpu {
  const { vendor, model, name, driverVersion, vramDynamic } = controller;
  const known = nvidiaMemory(controller) ?? amdMemory(controller) ?? ownMemory(controller);
  return {
    name: name ?? (model.startsWith(vendor) ? model : `${vendor} ${model}`.trim()),
    ...(driverVersion && { driver: driverVersion }),
    ...known,
    isShared: vramDynamic,
    isNvidia: /nvidia/i.test(`${vendor} ${model} ${name ?? ''}`),
  };
}

type Memory = Pick<Gpu, 'memory' | 'used'>;
const megabyte = 2 ** 20;

function nvidiaMemory({ memoryTotal, memoryUsed }: Controller): Memory | undefined {
  if (!memoryTotal) return undefined;
  return { memory: memoryTotal * megabyte, used: (memoryUsed ?? 0) * megabyte };
}

/** From the files of Linux's own driver. */
function amdMemory({ busAddress }: Controller): Memory | undefined {
  if (process.platform !== 'linux' || !busAddress) return undefined;
  const read = (name: string) =>
    Number(readFileSync(`/sys/bus/pci/devices/0000:${busAddress.replace(/^0000:/, '')}/mem_info_vram_${name}`, 'utf8'));
  try {
    return { memory: read('total'), used: read('used') };
  } catch {
    return undefined;
  }
}

/** On Linux this is a window into the memory and not its size. */
function ownMemory({ vram, vramDynamic }: Controller): Memory {
  return process.platform === 'linux' || vramDynamic || !vram ? {} : { memory: vram * megabyte };
}
