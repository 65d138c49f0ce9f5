/** The devices of this machine, each tried in a process of its own: a driver may end the process that asks it. */
import { join } from 'node:path';
import { runProgram } from '../../program';
import type { Experiment } from '../../schedule/experiment';
import type { DeviceState } from './device-rows';

/** @param bundle of device-trial.ts */
export async function tryDevices(
  engine: Experiment['engine'],
  bundle = join(__dirname, 'device-trial.cjs'),
): Promise<DeviceState[]> {
  const { code, lines, refusal } = await runProgram([process.execPath, bundle, engine], {
    env: { ELECTRON_RUN_AS_NODE: '1' },
  });
  const told = lines.findLast((line) => line.startsWith('['));
  if (code === 0 && told) return JSON.parse(told) as DeviceState[];
  const why = refusal ?? `what tried it ended with ${code === null ? 'a signal' : `code ${code}`}`;
  return (['auto', 'webgpu', 'cuda'] as const).map((device) => ({ device, works: false, why }));
}
