/**
 * How much of a GPU's memory is in use while it trains. The system's tools tell, and they are slow: they are asked once a
 * minute, beside the work, until it shows that they can't tell.
 */
import { listGpus } from '../engine/gpus';
import type { DeviceReport } from '../engine/learner';
import { providerIn } from '../engine/onnx/device';
import type { GpuMemory } from '../run/events';
import { gpuFor } from './room';

const minute = 60_000;

export class GpuWatch {
  private newest?: GpuMemory;
  private due: number;

  constructor(
    private readonly report: DeviceReport,
    private readonly list = listGpus,
    private readonly clock: () => number = () => performance.now(),
  ) {
    const isOnGpu = report.engine === 'onnx' && providerIn(report) !== 'cpu';
    this.due = isOnGpu ? 0 : Infinity;
  }

  /** As it was last told. */
  memory(): GpuMemory | undefined {
    if (this.clock() >= this.due) {
      this.due = this.clock() + minute;
      void this.ask();
    }
    return this.newest;
  }

  private async ask(): Promise<void> {
    const gpus = await this.list().catch(() => []);
    const gpu = gpuFor(providerIn(this.report), gpus);
    if (gpu?.memory === undefined || gpu.used === undefined) this.due = Infinity;
    else this.newest = { used: gpu.used, total: gpu.memory };
  }
}
