/**
 * Memory that a model in training holds. Honest only in a fresh process, so `measureMemory` starts one:
 * `node --import tsx bench/memory.ts PRESET`.
 */
import { execFileSync } from 'node:child_process';
import { countParameters } from '../src/model/parameters';
import { configOf, freshLearner, fullBatch, type PresetName, shape } from './model';

/** Growth of the process's resident memory by a learner and three steps, in bytes a parameter, activations included. */
export function measureMemory(preset: PresetName): number {
  const output = execFileSync(process.execPath, ['--import', 'tsx', __filename, preset], { encoding: 'utf8' });
  return Number(output);
}

async function grow(preset: PresetName): Promise<number> {
  const before = process.memoryUsage().rss;
  const config = configOf(preset);
  const learner = freshLearner(config);
  const batch = fullBatch(config, shape);
  for (let step = 0; step < 3; step++) await learner.step([batch], 1e-3);
  return (process.memoryUsage().rss - before) / countParameters(config);
}

if (require.main === module) void grow(process.argv[2] as PresetName).then((bytes) => console.log(bytes));
