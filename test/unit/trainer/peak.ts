/**
 * Two steps in a process of their own: `node --import tsx peak.ts CONFIG_JSON ROWS LENGTH [recompute]`.
 * Prints its peak in bytes.
 */
import { processor } from '../../../src/engine/onnx/device';
import { OnnxLearner } from '../../../src/engine/onnx/learner';
import type { ModelConfig } from '../../../src/model/config';
import { initialize, initializeAdapters } from '../../../src/model/parameters';

async function main(json: string, rows: number, length: number, recompute: boolean): Promise<void> {
  const config = JSON.parse(json) as ModelConfig;
  const weights = new Map([...initialize(config, 1), ...(config.lora ? initializeAdapters(config, 1) : [])]);
  const optimizer = { beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0.1, clip: 1 };
  const learner = new OnnxLearner({ config, weights, optimizer, device: processor(2), recompute });
  const places = rows * length;
  const ids = (factor: number) =>
    Int32Array.from({ length: places }, (_, i) => 3 + ((i * factor) % (config.vocabSize - 3)));
  const batch = {
    rows,
    length,
    tokens: ids(7919),
    targets: ids(104_729),
    positions: Int32Array.from({ length: places }, (_, i) => i % 64),
    examples: Int32Array.from({ length: places }, (_, i) => Math.floor(i / 64)),
    weights: new Float32Array(places).fill(1 / places),
    exampleCount: Math.ceil(places / 64),
  };
  for (let step = 0; step < 2; step++) await learner.step([batch], 1e-4);
  console.log(process.resourceUsage().maxRSS * 1024);
  await learner.close();
}

void main(process.argv[2], Number(process.argv[3]), Number(process.argv[4]), process.argv[5] === 'recompute');
